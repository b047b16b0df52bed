/**
 * The super-app payment calls on the wire, in version 1 and 2: `pay`, `inquiryPayment` and `cancelPayment`.
 * Source: `superapp-payment-api` §5.1 to §5.6.
 *
 * Requests take what any member of the family sends; members that are not named here are let through and have no effect.
 * Answers hold `result` alone when the call was refused, which is why everything beside it is optional.
 */
import { Type, type Static } from 'typebox'
import { SuperappAmount, SuperappOrder, SuperappResult } from './superapp-api.ts'
import { address, extendInfo, flag, requestNumber, sentAmount, text, time } from './superapp-fields.ts'

/** Which way of paying is meant, all false unless given. This wallet offers the cashier. Source: §6.5. */
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
  { description: 'an object of true and false' },
)
export type SuperappPaymentFactor = Static<typeof SuperappPaymentFactor>

const payRequest = {
  paymentRequestId: requestNumber,
  paymentAmount: SuperappAmount,
  /** What the cashier shows. Left out: `order.orderDescription`, else the merchant's name. */
  paymentOrderTitle: Type.Optional(text(256)),
  /** The merchant's id in this wallet; clients of version 1 send it. Left out: the merchant of the client. */
  partnerId: Type.Optional(text(32)),
  /** Binds the order to this mini program of the client. */
  appId: Type.Optional(text(32)),
  productCode: Type.Optional(text(32)),
  paymentFactor: Type.Optional(SuperappPaymentFactor),
  paymentExpiryTime: Type.Optional(time),
  /** Where the notification goes. Left out: the address registered with the client. */
  paymentNotifyUrl: Type.Optional(address),
  paymentRedirectUrl: Type.Optional(address),
  order: Type.Optional(SuperappOrder),
  /** The older place of `order`: under the key `ORDER`, as JSON text. Where both are given, `order` wins. */
  extraParams: Type.Optional(
    Type.Object({ ORDER: Type.Optional(text(16_384)) }, { description: 'an object of texts' }),
  ),
  /** Comes back unchanged in the inquiry and the notification. */
  extendInfo: Type.Optional(extendInfo),
}

/** POST /v1/payments/pay. May be repeated with the same `paymentRequestId` and content: the same answer, no second order. */
export const SuperappPayRequestV1 = Type.Object({
  ...payRequest,
  mcc: Type.Optional(text(32)),
  /** The older name of `paymentRedirectUrl`. */
  paymentReturnUrl: Type.Optional(address),
})
export type SuperappPayRequestV1 = Static<typeof SuperappPayRequestV1>

/** POST /v2/payments/pay. As version 1, without its older names. */
export const SuperappPayRequestV2 = Type.Object({ ...payRequest, salesCode: Type.Optional(text(32)) })
export type SuperappPayRequestV2 = Static<typeof SuperappPayRequestV2>

/**
 * A while unpaid, with the cashier's address in the spelling of the client's dialect (in all of them where it has none);
 * S once paid; U while the payer's bank has not answered.
 */
export const SuperappPayAnswer = Type.Object({
  result: SuperappResult,
  /** The wallet's number of the order: what `my.tradePay` takes as `tradeNO`. */
  paymentId: Type.Optional(text(64)),
  paymentRequestId: Type.Optional(text(64)),
  /** Only when it is paid. */
  paymentTime: Type.Optional(time),
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
  paymentId: Type.Optional(text(64)),
  paymentRequestId: Type.Optional(text(64)),
  partnerId: Type.Optional(text(32)),
  extendInfo: Type.Optional(extendInfo),
})
export type SuperappInquiryPaymentRequest = Static<typeof SuperappInquiryPaymentRequest>

/** `PROCESSING` waits for the user or the bank · `SUCCESS` paid · `CANCELLED` closed unpaid. */
export const SuperappPaymentStatus = Type.Union([
  Type.Literal('PROCESSING'),
  Type.Literal('SUCCESS'),
  Type.Literal('FAIL'),
  Type.Literal('CANCELLED'),
])
export type SuperappPaymentStatus = Static<typeof SuperappPaymentStatus>

const inquiryPaymentAnswer = {
  /** Speaks of the query. */
  result: SuperappResult,
  paymentId: Type.Optional(text(64)),
  paymentRequestId: Type.Optional(text(64)),
  paymentAmount: Type.Optional(sentAmount),
  /** Speaks of the payment. A refund does not change it. */
  paymentStatus: Type.Optional(SuperappPaymentStatus),
  /** Only when it is paid. */
  paymentTime: Type.Optional(time),
  paymentFailReason: Type.Optional(text(256)),
  extendInfo: Type.Optional(extendInfo),
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
  paymentId: Type.Optional(text(64)),
  paymentRequestId: Type.Optional(text(64)),
  partnerId: Type.Optional(text(32)),
  extendInfo: Type.Optional(extendInfo),
})
export type SuperappCancelPaymentRequest = Static<typeof SuperappCancelPaymentRequest>

/**
 * S once the order is taken back, for ever after. A number that no order has come with is remembered and answered S
 * without `paymentId` and `cancelTime`: if its order comes, it is refused.
 */
export const SuperappCancelPaymentAnswer = Type.Object({
  result: SuperappResult,
  paymentId: Type.Optional(text(64)),
  paymentRequestId: Type.Optional(text(64)),
  /** Only on success. */
  cancelTime: Type.Optional(time),
})
export type SuperappCancelPaymentAnswer = Static<typeof SuperappCancelPaymentAnswer>
