/**
 * One order's life in messages of the super-app family: what the description shows. The first call, its headers and its
 * signature are the first of the shared signature vectors (packages/signature/vectors/superapp.json).
 */
import type { SuperappCallName } from '../superapp-calls.ts'
import type { superappAuthorizationCalls } from '../superapp-authorization-api.ts'
import type { Example, Examples } from './document.ts'

export const superappExampleHeaders = {
  'Client-Id': '2021123000000001',
  'Request-Time': '2026-11-22T21:00:00+08:00',
  Signature:
    'algorithm=RSA256, keyVersion=1, signature=DVthc9UfFHikBMr04URIqqdxhxb7Ji9x81GzJPWxUG6haTQnrK58SpMqlrgwiwpZwUtBaiiJQWrx63r2htwa9j2UjIKaSK9%2FLKNw4VEsCYlN3%2B%2BdjATygmGW328kNgqaW2sNKU9b0lImXFanWi0NUXoiwgQlffhrTUWmBcxOd8YnxiDvb8mJVdFaqYWTc8fXLZ73zqXWyTM7iTx%2FAjMylYzgLXSETGaPTBR9HC6qbff%2FqhLfcFIjq4Bttn95R%2FjO8FZ0g8XzkV1BcsawBhjSpSTAmw0anh8VLkv34vwgPwGDnkQMahkvHQZtvqpVBOPetKsdAKgN3YkXAd6Qa7Hrog%3D%3D',
} as const

const paymentId = '2026112275600000123000000001'
const paymentRequestId = 'coffee-1001'
const amount = { currency: 'CNY', value: '1250' }
const paymentTime = '2026-11-22T13:00:05Z'
const refundId = '2026112275900000123000000002'
const refundRequestId = 'coffee-1001-refund'
const userId = '2088123000000001'

const done = (resultMessage: string): object => ({ resultStatus: 'S', resultCode: 'SUCCESS', resultMessage })
const one = (summary: string, value: unknown): Examples => ({ example: { summary, value } })
const unknown = (resultCode: string, resultMessage: string): object => ({
  resultStatus: 'U',
  resultCode,
  resultMessage,
})

const paidAnswer = {
  result: done('Success.'),
  paymentId,
  paymentRequestId,
  paymentAmount: amount,
  paymentStatus: 'SUCCESS',
  paymentTime,
}

/** An answer to any call that is refused. */
export const refusedExample: Example = {
  summary: 'Refused: the signature does not hold',
  value: {
    result: {
      resultStatus: 'F',
      resultCode: 'INVALID_SIGNATURE',
      resultMessage:
        'The signature does not match the request. Sign the exact bytes you send, with the registered key.',
    },
  },
}

interface CallExamples {
  request: Examples
  answer: Examples
}

export const superappExamples: Record<SuperappCallName | keyof typeof superappAuthorizationCalls, CallExamples> = {
  pay: {
    request: one('12.50 yuan for a coffee', {
      paymentRequestId,
      paymentOrderTitle: 'Flat white',
      paymentAmount: amount,
    }),
    answer: {
      accepted: {
        summary: 'Accepted: the user confirms in the cashier',
        value: {
          result: {
            resultStatus: 'A',
            resultCode: 'ACCEPT',
            resultMessage: 'Accepted: the user confirms in the cashier.',
          },
          paymentId,
          paymentRequestId,
          actionForm: {
            actionFormType: 'REDIRECTION',
            redirectionUrl: `https://wallet.example/cashier?tradeNo=${paymentId}`,
          },
        },
      },
      processing: {
        summary: "Unknown: the payer's bank has not answered",
        value: {
          result: unknown(
            'PAYMENT_IN_PROCESS',
            'The user has paid and the bank has not answered yet. Inquire; do not make a second order.',
          ),
          paymentId,
          paymentRequestId,
        },
      },
    },
  },
  inquiryPayment: {
    request: one("By the merchant's number", { paymentRequestId }),
    answer: {
      paid: { summary: 'Paid', value: paidAnswer },
      refunded: {
        summary: 'Paid, and a part given back',
        value: {
          ...paidAnswer,
          transactions: [
            {
              transactionId: refundId,
              transactionTime: '2026-11-22T13:05:00Z',
              transactionType: 'REFUND',
              transactionAmount: { currency: 'CNY', value: '250' },
              transactionStatus: 'SUCCESS',
            },
          ],
        },
      },
    },
  },
  cancelPayment: {
    request: one("By the merchant's number", { paymentRequestId }),
    answer: one('Taken back', {
      result: done('Success.'),
      paymentId,
      paymentRequestId,
      cancelTime: '2026-11-22T13:01:00Z',
    }),
  },
  refund: {
    request: one('A part of it', {
      refundRequestId,
      paymentId,
      refundAmount: { currency: 'CNY', value: '250' },
      refundReason: 'No sugar left',
    }),
    answer: {
      done: {
        summary: 'The money has gone back',
        value: { result: done('The money has gone back.'), refundId, refundTime: '2026-11-22T13:05:00Z' },
      },
      processing: {
        summary: "Unknown: the payer's bank has not answered",
        value: {
          result: unknown(
            'REFUND_IN_PROCESS',
            "The money is reserved and the payer's bank has not answered yet. Inquire, or repeat with the same number.",
          ),
          refundId,
        },
      },
    },
  },
  inquiryRefund: {
    request: one("By the merchant's number", { refundRequestId }),
    answer: one('Given back', {
      result: done('Success.'),
      refundId,
      refundRequestId,
      refundAmount: { currency: 'CNY', value: '250' },
      refundReason: 'No sugar left',
      refundStatus: 'SUCCESS',
      refundTime: '2026-11-22T13:05:00Z',
    }),
  },
  applyToken: {
    request: {
      code: {
        summary: 'With the code of my.getAuthCode',
        value: { grantType: 'AUTHORIZATION_CODE', authCode: 'the-code-of-my-getAuthCode' },
      },
      refresh: {
        summary: 'With a refresh token',
        value: { grantType: 'REFRESH_TOKEN', refreshToken: 'the-refresh-token-of-an-earlier-answer' },
      },
    },
    answer: one('Tokens', {
      result: done('Success.'),
      accessToken: 'an-access-token',
      accessTokenExpiryTime: '2026-11-22T14:00:00Z',
      refreshToken: 'a-refresh-token',
      refreshTokenExpiryTime: '2026-12-22T13:00:00Z',
      customerId: userId,
    }),
  },
  cancelToken: {
    request: one('A token', { accessToken: 'an-access-token' }),
    answer: one('Given back', { result: done('Success.') }),
  },
  inquiryUserInfo: {
    request: one('A token', { accessToken: 'an-access-token' }),
    answer: one('What the scopes show', {
      result: done('Success.'),
      userInfo: { userId, status: 'ACTIVE', nickName: 'Mei' },
    }),
  },
}

export const superappWebhookExamples = {
  notifyPayment: one('Paid', {
    partnerId: '2088123000000002',
    paymentId,
    paymentRequestId,
    paymentAmount: amount,
    paymentStatus: 'SUCCESS',
    paymentResult: done('The order is paid.'),
    paymentTime,
    paymentCreateTime: '2026-11-22T13:00:00Z',
    orderSequence: '1',
  }),
  notifyRefund: one('Given back', {
    refundId,
    refundRequestId,
    paymentId,
    refundAmount: { currency: 'CNY', value: '250' },
    refundStatus: 'SUCCESS',
    refundTime: '2026-11-22T13:05:00Z',
    refundReason: 'No sugar left',
    orderSequence: '2',
  }),
  acknowledged: one('Heard', { result: { resultStatus: 'S' } }),
}
