/**
 * The super-app payment calls on the wire, in version 1 and 2: `pay`, `inquiryPayment` and `cancelPayment`.
 * Source: `superapp-payment-api` §5.1 to §5.6.
 *
 * Requests take what any member of the family sends; members that are not named here are let through and have no effect.
 * Answers hold `result` alone when the call was refused, which is why everything beside it is optional.
 */
import { Type, type Static } from 'typebox'
import { SuperappAmount, SuperappOrder, SuperappResult } from './superapp-api.ts'
import {
  address,
  extendInfo,
  flag,
  noEffect,
  partnerId,
  paymentNumbers,
  requestNumber,
  sentAmount,
  text,
  time,
} from './superapp-fields.ts'
import { SuperappRefundStatus } from './superapp-refunds-api.ts'

/** Source: §6.5. */
export const SuperappPaymentFactor = Type.Object(
  {
    isCashierPayment: Type.Optional(flag),
    isPaymentEvaluation: Type.Optional(flag),
    isOrderCode: Type.Optional(flag),
    isPaymentCode: Type.Optional(flag),
    isAgreementPay: Type.Optional(flag),
    isAuthorizationAndPay: Type.Optional(flag),
    isAuthorizationPayment: Type.Optional(flag),
  },
  {
    title: 'Which way of paying is meant, all false unless given. This wallet offers the cashier',
    description: 'an object of true and false',
  },
)
export type SuperappPaymentFactor = Static<typeof SuperappPaymentFactor>

const payRequest = {
  paymentRequestId: requestNumber("The merchant's number of the payment: one order for each, for ever"),
  paymentAmount: SuperappAmount,
  paymentOrderTitle: Type.Optional(
    text(256, "What the cashier shows. Left out: order.orderDescription, else the merchant's name"),
  ),
  partnerId: Type.Optional(partnerId),
  appId: Type.Optional(text(32, 'Binds the order to this mini program of the client')),
  productCode: Type.Optional(text(32, 'A product other than the cashier is refused')),
  paymentFactor: Type.Optional(SuperappPaymentFactor),
  paymentExpiryTime: Type.Optional(time('Until when the order can be paid. Left out: a time that the wallet sets')),
  paymentNotifyUrl: Type.Optional(
    address('Where the notification goes. Left out: the address registered with the client'),
  ),
  paymentRedirectUrl: Type.Optional(address('Where the user goes afterwards')),
  order: Type.Optional(SuperappOrder),
  extraParams: Type.Optional(
    Type.Object(
      { ORDER: Type.Optional(text(16_384, 'The order as JSON text')) },
      { title: 'The older place of order. Where both are given, order wins', description: 'an object of texts' },
    ),
  ),
  extendInfo: Type.Optional(extendInfo('Comes back unchanged in the inquiry and the notification')),
}

/** POST /v1/payments/pay. May be repeated with the same `paymentRequestId` and content: the same answer, no second order. */
export const SuperappPayRequestV1 = Type.Object({
  ...payRequest,
  mcc: Type.Optional(noEffect(32)),
  paymentReturnUrl: Type.Optional(address('The older name of paymentRedirectUrl')),
})
export type SuperappPayRequestV1 = Static<typeof SuperappPayRequestV1>

/** POST /v2/payments/pay. As version 1, without its older names. */
export const SuperappPayRequestV2 = Type.Object({ ...payRequest, salesCode: Type.Optional(noEffect(32)) })
export type SuperappPayRequestV2 = Static<typeof SuperappPayRequestV2>

/**
 * A while unpaid, with the cashier's address in the spelling of the client's dialect (in all of them where it has none);
 * S once paid; U while the payer's bank has not answered.
 */
export const SuperappPayAnswer = Type.Object({
  result: SuperappResult,
  paymentId: Type.Optional(text(64, "The wallet's number of the order: what my.tradePay takes as tradeNO")),
  paymentRequestId: Type.Optional(paymentNumbers.paymentRequestId),
  paymentTime: Type.Optional(time('When it was paid; only then')),
  actionForm: Type.Optional(
    Type.Object({ actionFormType: Type.Literal('REDIRECTION'), redirectionUrl: Type.String({ maxLength: 4096 }) }),
  ),
  redirectActionForm: Type.Optional(
    Type.Object({
      method: Type.Literal('GET'),
      redirectUrl: Type.Optional(Type.String()),
      redirectionUrl: Type.Optional(Type.String()),
    }),
  ),
  normalUrl: Type.Optional(Type.String()),
})
export type SuperappPayAnswer = Static<typeof SuperappPayAnswer>

/** POST …/payments/inquiryPayment, both versions. One of the two numbers; where both are given, `paymentId` wins. */
export const SuperappInquiryPaymentRequest = Type.Object({
  paymentId: Type.Optional(paymentNumbers.paymentId),
  paymentRequestId: Type.Optional(paymentNumbers.paymentRequestId),
  partnerId: Type.Optional(partnerId),
  extendInfo: Type.Optional(noEffect(4096)),
})
export type SuperappInquiryPaymentRequest = Static<typeof SuperappInquiryPaymentRequest>

export const SuperappPaymentStatus = Type.Union(
  [Type.Literal('PROCESSING'), Type.Literal('SUCCESS'), Type.Literal('FAIL'), Type.Literal('CANCELLED')],
  {
    title:
      'Speaks of the payment; a refund does not change it. PROCESSING waits for the user or the bank · SUCCESS paid · ' +
      'CANCELLED closed unpaid',
  },
)
export type SuperappPaymentStatus = Static<typeof SuperappPaymentStatus>

/** What has moved money beside the payment itself. SuperQi's; of its types this wallet knows refunds only. */
export const SuperappTransaction = Type.Object({
  transactionId: text(64, "The wallet's number of the refund"),
  transactionTime: time('When it ended; while it is being done, when it was asked for'),
  transactionType: Type.Literal('REFUND'),
  transactionAmount: sentAmount,
  transactionStatus: SuperappRefundStatus,
})
export type SuperappTransaction = Static<typeof SuperappTransaction>

const inquiryPaymentAnswer = {
  /** Speaks of the query. */
  result: SuperappResult,
  paymentId: Type.Optional(text(64, "The wallet's number of the payment")),
  paymentRequestId: Type.Optional(paymentNumbers.paymentRequestId),
  paymentAmount: Type.Optional(sentAmount),
  paymentStatus: Type.Optional(SuperappPaymentStatus),
  paymentTime: Type.Optional(time('When it was paid; only then')),
  paymentFailReason: Type.Optional(text(256, 'Why it was closed; only then')),
  transactions: Type.Optional(
    Type.Array(SuperappTransaction, {
      description: 'The newest 100 refunds, oldest first; left out when there is none',
    }),
  ),
  extendInfo: Type.Optional(extendInfo('What came with pay')),
}

/** Answer of /v1/payments/inquiryPayment. */
export const SuperappInquiryPaymentAnswerV1 = Type.Object(inquiryPaymentAnswer)
export type SuperappInquiryPaymentAnswerV1 = Static<typeof SuperappInquiryPaymentAnswerV1>

/** Answer of /v2/payments/inquiryPayment: the payment's state also as a result, S, F, or U while it may still be paid. */
export const SuperappInquiryPaymentAnswerV2 = Type.Object({
  ...inquiryPaymentAnswer,
  paymentResult: Type.Optional(SuperappResult),
})
export type SuperappInquiryPaymentAnswerV2 = Static<typeof SuperappInquiryPaymentAnswerV2>

/** POST …/payments/cancelPayment, both versions. One of the two numbers; where both are given, `paymentId` wins. */
export const SuperappCancelPaymentRequest = Type.Object({
  paymentId: Type.Optional(paymentNumbers.paymentId),
  paymentRequestId: Type.Optional(paymentNumbers.paymentRequestId),
  partnerId: Type.Optional(partnerId),
  extendInfo: Type.Optional(noEffect(4096)),
})
export type SuperappCancelPaymentRequest = Static<typeof SuperappCancelPaymentRequest>

/**
 * S once the order is taken back, for ever after. A number that no order has come with is remembered and answered S
 * without `paymentId` and `cancelTime`: if its order comes, it is refused.
 */
export const SuperappCancelPaymentAnswer = Type.Object({
  result: SuperappResult,
  paymentId: Type.Optional(text(64, "The wallet's number of the payment")),
  paymentRequestId: Type.Optional(paymentNumbers.paymentRequestId),
  cancelTime: Type.Optional(time('When it was taken back')),
})
export type SuperappCancelPaymentAnswer = Static<typeof SuperappCancelPaymentAnswer>
