/**
 * The super-app refund calls on the wire, in version 1 and 2: `refund` and `inquiryRefund`.
 * Source: `superapp-payment-api` §5.7 and §5.8.
 *
 * Requests take what any member of the family sends; members that are not named here are let through and have no effect.
 * Answers hold `result` alone when the call was refused, which is why everything beside it is optional.
 */
import { Type, type Static } from 'typebox'
import { SuperappAmount, SuperappResult } from './superapp-api.ts'
import {
  address,
  extendInfo,
  noEffect,
  partnerId,
  paymentNumbers,
  requestNumber,
  sentAmount,
  text,
  time,
} from './superapp-fields.ts'

/**
 * POST …/payments/refund, both versions. One of the payment's two numbers; where both are given, `paymentId` wins. May be
 * repeated with the same `refundRequestId` and content: the same answer, no more money moves.
 */
export const SuperappRefundRequest = Type.Object({
  refundRequestId: requestNumber("The merchant's number of the refund: one effect for each, for ever"),
  paymentId: Type.Optional(paymentNumbers.paymentId),
  paymentRequestId: Type.Optional(paymentNumbers.paymentRequestId),
  /** In the currency of the payment. All refunds of a payment together are at most what was paid. */
  refundAmount: SuperappAmount,
  refundReason: Type.Optional(text(256, 'Why, for people')),
  refundNotifyUrl: Type.Optional(
    address("Where to tell of the refund's end. Left out: refundNotificationUrl of extendInfo, else nobody is told"),
  ),
  partnerId: Type.Optional(partnerId),
  extendInfo: Type.Optional(
    extendInfo('As JSON text it may hold refundNotificationUrl: the spelling of version 1 for refundNotifyUrl'),
  ),
})
export type SuperappRefundRequest = Static<typeof SuperappRefundRequest>

/** S once the money has gone back; U while the payer's bank has not answered; F when the bank did not take it. */
export const SuperappRefundAnswer = Type.Object({
  result: SuperappResult,
  refundId: Type.Optional(text(64, "The wallet's number of the refund, once there is one: also with U")),
  refundTime: Type.Optional(time('When the money was back; only with S')),
})
export type SuperappRefundAnswer = Static<typeof SuperappRefundAnswer>

/** POST …/payments/inquiryRefund, both versions. One of the two numbers; where both are given, `refundId` wins. */
export const SuperappInquiryRefundRequest = Type.Object({
  refundId: Type.Optional(text(64, "The wallet's number of the refund. Wins where both numbers are given")),
  refundRequestId: Type.Optional(text(64, "The merchant's number of the refund")),
  partnerId: Type.Optional(partnerId),
  extendInfo: Type.Optional(noEffect(4096)),
})
export type SuperappInquiryRefundRequest = Static<typeof SuperappInquiryRefundRequest>

export const SuperappRefundStatus = Type.Union(
  [Type.Literal('PROCESSING'), Type.Literal('SUCCESS'), Type.Literal('FAIL')],
  {
    title:
      "Speaks of the refund. PROCESSING the payer's bank has not answered · SUCCESS the payer has the money · FAIL the " +
      'merchant has it again',
  },
)
export type SuperappRefundStatus = Static<typeof SuperappRefundStatus>

/** `result` speaks of the query; `refundStatus` speaks of the refund. */
export const SuperappInquiryRefundAnswer = Type.Object({
  result: SuperappResult,
  refundId: Type.Optional(text(64, "The wallet's number of the refund")),
  refundRequestId: Type.Optional(text(64, "The merchant's number of the refund")),
  refundAmount: Type.Optional(sentAmount),
  refundReason: Type.Optional(text(256, 'Why, for people')),
  refundStatus: Type.Optional(SuperappRefundStatus),
  refundTime: Type.Optional(time('When the money was back; only with SUCCESS')),
  refundFailReason: Type.Optional(text(256, 'Only with FAIL')),
})
export type SuperappInquiryRefundAnswer = Static<typeof SuperappInquiryRefundAnswer>
