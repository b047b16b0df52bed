/**
 * The super-app payment API on the wire: `POST /v1/payments/pay`, `/v1/payments/inquiryPayment`, and the
 * notification `notifyPayment` (steps 4, 7 and 18). Source: `superapp-payment-api` §2 (headers), §4 (result),
 * §5 (payments), §6 (objects), §7 (notify).
 *
 * The family is one protocol with many dialects: the schemas take what any of them sends. Members that are not named
 * here are let through and have no effect.
 */
import { Type, type Static } from 'typebox'

export const superappPaths = { pay: '/v1/payments/pay', inquiryPayment: '/v1/payments/inquiryPayment' } as const

/** The largest body that the door reads, in bytes. */
export const SUPERAPP_BODY_LIMIT = 131_072

/** `S` done · `A` accepted, the user acts next · `F` refused, final · `U` unknown: inquire, or repeat with the same id. */
export type SuperappResultStatus = 'S' | 'A' | 'F' | 'U'

/** Every result code that this wallet answers, with its status. Source: §4.1, §5.3, §5.5 to §5.8. */
export const superappResultCodes = {
  SUCCESS: 'S',
  ACCEPT: 'A',
  PARAM_ILLEGAL: 'F',
  ACCESS_DENIED: 'F',
  INVALID_SIGNATURE: 'F',
  KEY_NOT_FOUND: 'F',
  INVALID_CLIENT: 'F',
  INVALID_CLIENT_STATUS: 'F',
  NO_INTERFACE_DEF: 'F',
  METHOD_NOT_SUPPORTED: 'F',
  MSG_PARSE_ERROR: 'F',
  TIMESTAMP_INVALID: 'F',
  PROCESS_FAIL: 'F',
  REPEAT_REQ_INCONSISTENT: 'F',
  ORDER_NOT_EXIST: 'F',
  ORDER_IS_CLOSED: 'F',
  ORDER_STATUS_INVALID: 'F',
  CURRENCY_NOT_SUPPORT: 'F',
  PAYMENT_AMOUNT_EXCEED_LIMIT: 'F',
  USER_AMOUNT_EXCEED_LIMIT: 'F',
  UNAVAILABLE_PAYMENT_METHOD: 'F',
  USER_NOT_EXIST: 'F',
  USER_STATUS_ABNORMAL: 'F',
  USER_BALANCE_NOT_ENOUGH: 'F',
  USER_PAYMENT_VERIFICATION_FAILED: 'F',
  PARTNER_NOT_EXIST: 'F',
  PARTNER_STATUS_ABNORMAL: 'F',
  BUSINESS_NOT_SUPPORT: 'F',
  CANCEL_NOT_ALLOWED: 'F',
  REFUND_AMOUNT_EXCEED: 'F',
  REFUND_WINDOW_EXCEED: 'F',
  MERCHANT_BALANCE_NOT_ENOUGH: 'F',
  PAYMENT_IN_PROCESS: 'U',
  UNKNOWN_EXCEPTION: 'U',
  REQUEST_TRAFFIC_EXCEED_LIMIT: 'U',
} as const satisfies Record<string, SuperappResultStatus>
export type SuperappResultCode = keyof typeof superappResultCodes

export const SuperappResult = Type.Object({
  resultStatus: Type.Union([Type.Literal('S'), Type.Literal('A'), Type.Literal('F'), Type.Literal('U')]),
  resultCode: Type.String({ maxLength: 64 }),
  resultMessage: Type.String({ maxLength: 256 }),
})
export type SuperappResult = Static<typeof SuperappResult>

/** An amount as the family sends it: the value as text, or (newer members) as a whole JSON number. */
export const SuperappAmount = Type.Object(
  {
    currency: Type.String({ minLength: 1, maxLength: 16, description: 'an ISO 4217 code, such as CNY' }),
    value: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Number()], {
      description: 'a whole number of the smallest unit as text, such as "1250"',
    }),
  },
  { description: 'an amount, such as {"currency":"CNY","value":"1250"}' },
)
export type SuperappAmount = Static<typeof SuperappAmount>

const id = (maxLength: number) => Type.String({ maxLength, description: `text of at most ${maxLength} characters` })
const address = Type.String({ maxLength: 1024, description: 'an http or https address of at most 1024 characters' })
const time = Type.String({ maxLength: 40, description: 'ISO 8601 with offset, such as 2026-11-22T21:00:00+08:00' })
const extendInfo = Type.String({ maxLength: 4096, description: 'text of at most 4096 characters' })

/** For display, dispute and regulation; never decides about money. Source: §6.2, §6.3. */
export const SuperappOrder = Type.Object(
  {
    referenceOrderId: Type.Optional(id(64)),
    orderDescription: Type.Optional(id(256)),
    orderCreateTime: Type.Optional(time),
    buyer: Type.Optional(
      Type.Object(
        {
          /** Restricts who may pay, when it is a user id of this wallet; any other text is the merchant's own business. */
          referenceBuyerId: Type.Optional(id(64)),
        },
        { description: 'an object' },
      ),
    ),
  },
  { description: 'an object' },
)

/** POST …/payments/pay. May be repeated with the same `paymentRequestId` and content: the same answer, no second order. */
export const SuperappPayRequest = Type.Object({
  paymentRequestId: Type.String({
    minLength: 1,
    maxLength: 64,
    pattern: '^[^@#?]+$',
    description: 'text of 1 to 64 characters without @, # and ?',
  }),
  paymentAmount: SuperappAmount,
  /** What the cashier shows. Left out: `order.orderDescription`, else the merchant's name. */
  paymentOrderTitle: Type.Optional(id(256)),
  /** The merchant's id in this wallet. Left out: the merchant of the client. */
  partnerId: Type.Optional(id(32)),
  /** Binds the order to this mini program of the client. */
  appId: Type.Optional(id(32)),
  productCode: Type.Optional(id(32)),
  salesCode: Type.Optional(id(32)),
  mcc: Type.Optional(id(32)),
  paymentExpiryTime: Type.Optional(time),
  /** Where the notification goes. Left out: the address registered with the client. */
  paymentNotifyUrl: Type.Optional(address),
  paymentReturnUrl: Type.Optional(address),
  paymentRedirectUrl: Type.Optional(address),
  order: Type.Optional(SuperappOrder),
  /** Comes back unchanged in the inquiry and the notification. */
  extendInfo: Type.Optional(extendInfo),
})
export type SuperappPayRequest = Static<typeof SuperappPayRequest>

/** A while unpaid (with the cashier's address in every spelling of the family), S once paid. */
export const SuperappPayAnswer = Type.Object({
  result: SuperappResult,
  /** The wallet's number of the order: what `my.tradePay` takes as `tradeNO`. */
  paymentId: Type.Optional(Type.String()),
  paymentRequestId: Type.Optional(Type.String()),
  paymentTime: Type.Optional(Type.String()),
  actionForm: Type.Optional(
    Type.Object({ actionFormType: Type.Literal('REDIRECTION'), redirectionUrl: Type.String() }),
  ),
  redirectActionForm: Type.Optional(
    Type.Object({ method: Type.Literal('GET'), redirectUrl: Type.String(), redirectionUrl: Type.String() }),
  ),
})
export type SuperappPayAnswer = Static<typeof SuperappPayAnswer>

/** POST …/payments/inquiryPayment. One of the two numbers; where both are given, `paymentId` wins. */
export const SuperappInquiryPaymentRequest = Type.Object({
  paymentId: Type.Optional(id(64)),
  paymentRequestId: Type.Optional(id(64)),
  partnerId: Type.Optional(id(32)),
  extendInfo: Type.Optional(extendInfo),
})
export type SuperappInquiryPaymentRequest = Static<typeof SuperappInquiryPaymentRequest>

/** `PROCESSING` waits for the user · `SUCCESS` paid · `CANCELLED` closed unpaid. */
export const SuperappPaymentStatus = Type.Union([
  Type.Literal('PROCESSING'),
  Type.Literal('SUCCESS'),
  Type.Literal('FAIL'),
  Type.Literal('CANCELLED'),
])
export type SuperappPaymentStatus = Static<typeof SuperappPaymentStatus>

/** `result` speaks of the query; `paymentStatus` speaks of the payment. */
export const SuperappInquiryPaymentAnswer = Type.Object({
  result: SuperappResult,
  paymentId: Type.Optional(Type.String()),
  paymentRequestId: Type.Optional(Type.String()),
  paymentAmount: Type.Optional(Type.Object({ currency: Type.String(), value: Type.String() })),
  paymentStatus: Type.Optional(SuperappPaymentStatus),
  paymentTime: Type.Optional(Type.String()),
  paymentFailReason: Type.Optional(Type.String({ maxLength: 256 })),
  extendInfo: Type.Optional(Type.String()),
})
export type SuperappInquiryPaymentAnswer = Static<typeof SuperappInquiryPaymentAnswer>

/**
 * What the wallet POSTs to the merchant's address. Both outcomes of the family's dialects, `paymentStatus` and
 * `paymentResult`, say the same.
 */
export const SuperappNotifyPayment = Type.Object({
  partnerId: Type.String(),
  paymentId: Type.String(),
  paymentRequestId: Type.String(),
  paymentAmount: Type.Object({ currency: Type.String(), value: Type.String() }),
  paymentStatus: Type.Union([Type.Literal('SUCCESS'), Type.Literal('FAIL')]),
  paymentResult: SuperappResult,
  paymentTime: Type.Optional(Type.String()),
  paymentCreateTime: Type.Optional(Type.String()),
  extendInfo: Type.Optional(Type.String()),
})
export type SuperappNotifyPayment = Static<typeof SuperappNotifyPayment>

/** What the wallet POSTs to the address that was named with a refund, once the refund has an end. Source: §7. */
export const SuperappNotifyRefund = Type.Object({
  refundId: Type.String(),
  refundRequestId: Type.String(),
  paymentId: Type.String(),
  refundAmount: Type.Object({ currency: Type.String(), value: Type.String() }),
  refundStatus: Type.Union([Type.Literal('SUCCESS'), Type.Literal('FAIL')]),
  /** When it ended. */
  refundTime: Type.Optional(Type.String()),
  refundReason: Type.Optional(Type.String({ maxLength: 256 })),
})
export type SuperappNotifyRefund = Static<typeof SuperappNotifyRefund>

/** The merchant's acknowledgement: only HTTP 200 with `resultStatus` S stops the wallet from sending again. */
export const SuperappNotifyAnswer = Type.Object({ result: Type.Object({ resultStatus: Type.String() }) })
export type SuperappNotifyAnswer = Static<typeof SuperappNotifyAnswer>
