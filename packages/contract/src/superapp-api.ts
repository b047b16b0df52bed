/**
 * What all messages of the super-app payment API are made of: results, amounts, orders; and its notifications (step 18).
 * The calls are in `superapp-calls`. Source: `superapp-payment-api` §2 (headers), §4 (result), §6 (objects), §7 (notify).
 *
 * The family is one protocol with many dialects: the schemas take what any of them sends. Members that are not named
 * here are let through and have no effect.
 */
import { Type, type Static } from 'typebox'
import { text, time } from './superapp-fields.ts'

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
  CANCEL_WINDOW_EXCEED: 'F',
  REFUND_AMOUNT_EXCEED: 'F',
  REFUND_WINDOW_EXCEED: 'F',
  MERCHANT_BALANCE_NOT_ENOUGH: 'F',
  INVALID_AUTH_CLIENT: 'F',
  INVALID_CODE: 'F',
  USED_CODE: 'F',
  EXPIRED_CODE: 'F',
  INVALID_TOKEN: 'F',
  USED_REFRESH_TOKEN: 'F',
  EXPIRED_REFRESH_TOKEN: 'F',
  INVALID_ACCESS_TOKEN: 'F',
  EXPIRED_ACCESS_TOKEN: 'F',
  PAYMENT_IN_PROCESS: 'U',
  REFUND_IN_PROCESS: 'U',
  UNKNOWN_EXCEPTION: 'U',
  REQUEST_TRAFFIC_EXCEED_LIMIT: 'U',
} as const satisfies Record<string, SuperappResultStatus>
export type SuperappResultCode = keyof typeof superappResultCodes

export const SuperappResult = Type.Object({
  resultStatus: Type.Union([Type.Literal('S'), Type.Literal('A'), Type.Literal('F'), Type.Literal('U')], {
    title:
      'S done · A accepted, the user acts next · F refused, final · U unknown: inquire, or repeat with the same number',
  }),
  resultCode: Type.String({ title: 'One of the table of result codes', maxLength: 64 }),
  resultMessage: Type.String({ title: 'What is wrong and what to do, for people', maxLength: 256 }),
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

/** For display, dispute and regulation; never decides about money. Source: §6.2, §6.3. */
export const SuperappOrder = Type.Object(
  {
    referenceOrderId: Type.Optional(text(64, "The merchant's own number of the order")),
    orderDescription: Type.Optional(text(256, 'What the cashier shows where there is no paymentOrderTitle')),
    orderCreateTime: Type.Optional(time("When the merchant's order was made")),
    buyer: Type.Optional(
      Type.Object(
        {
          referenceBuyerId: Type.Optional(
            text(64, 'A user id of this wallet restricts who may pay; any other text restricts nobody'),
          ),
        },
        { description: 'an object' },
      ),
    ),
  },
  { description: 'an object' },
)
export type SuperappOrder = Static<typeof SuperappOrder>

/**
 * Of two notifications about one order, the one with the larger number is the later. Numbers are left out where a transition
 * is not told. This wallet sends it always; others of the family do not know it.
 */
const orderSequence = Type.String({
  title: 'Of two notifications about one order, the larger is the later',
  pattern: '^[1-9][0-9]*$',
  description: 'a whole number',
})

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
  orderSequence: Type.Optional(orderSequence),
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
  orderSequence: Type.Optional(orderSequence),
})
export type SuperappNotifyRefund = Static<typeof SuperappNotifyRefund>

/** The merchant's acknowledgement: only HTTP 200 with `resultStatus` S stops the wallet from sending again. */
export const SuperappNotifyAnswer = Type.Object({ result: Type.Object({ resultStatus: Type.String() }) })
export type SuperappNotifyAnswer = Static<typeof SuperappNotifyAnswer>
