/**
 * The payment calls of the super-app family, each with its paths and, for each version, the schemas of its request and
 * answer: what the door routes and checks by, and what describes it. Source: `superapp-payment-api` §5.
 */
import {
  SuperappCancelPaymentAnswer,
  SuperappCancelPaymentRequest,
  SuperappInquiryPaymentAnswerV1,
  SuperappInquiryPaymentAnswerV2,
  SuperappInquiryPaymentRequest,
  SuperappPayAnswer,
  SuperappPayRequestV1,
  SuperappPayRequestV2,
} from './superapp-payments-api.ts'
import {
  SuperappInquiryRefundAnswer,
  SuperappInquiryRefundRequest,
  SuperappRefundAnswer,
  SuperappRefundRequest,
} from './superapp-refunds-api.ts'

export const superappVersions = ['v1', 'v2'] as const
export type SuperappVersion = (typeof superappVersions)[number]

const cancelPayment = { request: SuperappCancelPaymentRequest, answer: SuperappCancelPaymentAnswer }
const refund = { request: SuperappRefundRequest, answer: SuperappRefundAnswer }
const inquiryRefund = { request: SuperappInquiryRefundRequest, answer: SuperappInquiryRefundAnswer }

/** `path` stands behind the version; `otherPaths` are the same call as other members of the family name it. */
export const superappCalls = {
  pay: {
    summary: 'Create an order',
    description:
      "Creates an order, or answers about the one that this `paymentRequestId` has created. The answer's `paymentId` is " +
      'what `my.tradePay` takes as `tradeNO`. May be repeated with the same number and content: the same answer, no second ' +
      'order.',
    path: '/payments/pay',
    otherPaths: [],
    v1: { request: SuperappPayRequestV1, answer: SuperappPayAnswer },
    v2: { request: SuperappPayRequestV2, answer: SuperappPayAnswer },
  },
  inquiryPayment: {
    summary: 'What has become of a payment',
    description:
      'By either of its numbers. `result` speaks of the query, `paymentStatus` (and in version 2 `paymentResult`) of the ' +
      'payment.',
    path: '/payments/inquiryPayment',
    otherPaths: [],
    v1: { request: SuperappInquiryPaymentRequest, answer: SuperappInquiryPaymentAnswerV1 },
    v2: { request: SuperappInquiryPaymentRequest, answer: SuperappInquiryPaymentAnswerV2 },
  },
  cancelPayment: {
    summary: 'Take an order back',
    description:
      'Closes an unpaid order, and gives back all of a paid one. A number that no order has come with is remembered: if its ' +
      'order comes, it is refused. May be repeated.',
    path: '/payments/cancelPayment',
    otherPaths: ['/payments/cancel'],
    v1: cancelPayment,
    v2: cancelPayment,
  },
  refund: {
    summary: 'Give back all or part of a payment',
    description:
      "One of the payment's two numbers names it. Answers `U` while the payer's bank has not answered. May be repeated with " +
      'the same `refundRequestId` and content: the same answer, no more money moves.',
    path: '/payments/refund',
    otherPaths: ['/payments/refundApply'],
    v1: refund,
    v2: refund,
  },
  inquiryRefund: {
    summary: 'What has become of a refund',
    description: 'By either of its numbers. `result` speaks of the query, `refundStatus` of the refund.',
    path: '/payments/inquiryRefund',
    otherPaths: [],
    v1: inquiryRefund,
    v2: inquiryRefund,
  },
} as const
export type SuperappCallName = keyof typeof superappCalls

/** The calls' paths in version 1, as this project's own clients call them. */
export const superappPaths = {
  pay: `/v1${superappCalls.pay.path}`,
  inquiryPayment: `/v1${superappCalls.inquiryPayment.path}`,
  cancelPayment: `/v1${superappCalls.cancelPayment.path}`,
  refund: `/v1${superappCalls.refund.path}`,
  inquiryRefund: `/v1${superappCalls.inquiryRefund.path}`,
} as const
