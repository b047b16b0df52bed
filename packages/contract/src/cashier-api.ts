/**
 * The cashier API (steps 10, 11, 14, 16): the wallet app, with the user's session, opens an order, confirms it,
 * leaves it, or asks for its outcome. JSON over POST at /cashier/v1/*. Refusals are `ApiError` with a 4xx status.
 */
import { Type, type Static } from 'typebox'
import { Amount } from './amount.ts'
import { nothingElse } from './json-call.ts'
import { TRADE_NO_MAX_LENGTH } from './trade-pay.ts'

/** What every JSON API of the wallet app answers when it refuses. */
export const ApiError = Type.Object(
  {
    error: Type.Object({
      code: Type.String({ description: 'A code of the table of refusals' }),
      message: Type.String({ description: 'What is wrong' }),
      action: Type.String({ description: 'What to do' }),
      field: Type.Optional(Type.String()),
      expected: Type.Optional(Type.String()),
      triesLeft: Type.Optional(Type.Integer()),
      lockedUntil: Type.Optional(Type.String()),
    }),
  },
  { $id: 'ApiError' },
)
export type ApiError = Static<typeof ApiError>

const TradeNo = Type.String({ minLength: 1, maxLength: TRADE_NO_MAX_LENGTH })
const IsoTime = Type.String({ description: 'ISO 8601 with offset' })

/** The largest order string that is read. */
export const ORDER_STRING_MAX_LENGTH = 10_000

/** An order string of the Alipay family, as `my.tradePay({ orderStr })` brings it. */
export const OrderStringRequest = Type.Object(
  {
    orderStr: Type.String({ minLength: 1, maxLength: ORDER_STRING_MAX_LENGTH }),
    appId: Type.Optional(Type.String({ maxLength: 32, description: 'The mini program that called my.tradePay' })),
  },
  nothingElse,
)
export type OrderStringRequest = Static<typeof OrderStringRequest>
/** The order to open. May be asked for again: the same string, the same order. */
export const OrderStringAnswer = Type.Object({ tradeNo: Type.String() })
export type OrderStringAnswer = Static<typeof OrderStringAnswer>

export const OpenCashierRequest = Type.Object(
  {
    tradeNo: TradeNo,
    appId: Type.Optional(Type.String({ maxLength: 32, description: 'The mini program that called my.tradePay' })),
  },
  nothingElse,
)
export type OpenCashierRequest = Static<typeof OpenCashierRequest>

/** What has become of the signed-in user's newest payment of an order. */
export const OwnPayment = Type.Object({
  paymentId: Type.String(),
  state: Type.Union([Type.Literal('PROCESSING'), Type.Literal('SUCCEEDED'), Type.Literal('FAILED')]),
  /** `BALANCE`, or the label of the bank account. */
  method: Type.String(),
  /** The refusal code that ended it; null unless FAILED. */
  failure: Type.Union([Type.String(), Type.Null()]),
  /** Set when the bank's money came too late for the order and goes back. */
  returned: Type.Union([
    Type.Null(),
    Type.Literal('RETURNING'),
    Type.Literal('RETURNED'),
    Type.Literal('RETURNED_TO_BALANCE'),
  ]),
})
export type OwnPayment = Static<typeof OwnPayment>

/** The order as its payer sees it. */
export const CashierOrder = Type.Object({
  tradeNo: Type.String(),
  state: Type.Union([Type.Literal('CREATED'), Type.Literal('PAID'), Type.Literal('CLOSED')]),
  /** Only for PAID: whether the signed-in user is the one who paid. */
  paidByYou: Type.Boolean(),
  /** Somebody's payment of it waits for the bank. It cannot be paid meanwhile. */
  processing: Type.Boolean(),
  /** The signed-in user's newest payment of it, or null. */
  yourPayment: Type.Union([OwnPayment, Type.Null()]),
  closeReason: Type.Union([Type.Null(), Type.Literal('EXPIRED'), Type.Literal('MERCHANT'), Type.Literal('CANCELLED')]),
  title: Type.String(),
  amount: Amount,
  payee: Type.Object({ merchantId: Type.String(), name: Type.String() }),
  createdAt: IsoTime,
  expiresAt: IsoTime,
  paidAt: Type.Union([IsoTime, Type.Null()]),
})
export type CashierOrder = Static<typeof CashierOrder>

/** A way to pay. */
export const PaymentMethod = Type.Union([
  Type.Object({
    id: Type.Literal('BALANCE'),
    kind: Type.Literal('BALANCE'),
    /** What can be spent, in the order's currency. */
    available: Amount,
    enough: Type.Boolean(),
    frozen: Type.Boolean(),
  }),
  Type.Object({
    id: Type.String({ description: '"BANK:" and the id of the bank account' }),
    kind: Type.Literal('BANK'),
    /** For people: "Test Bank ··1234". */
    label: Type.String(),
    frozen: Type.Boolean(),
  }),
])
export type PaymentMethod = Static<typeof PaymentMethod>

export const OpenCashierAnswer = Type.Object({
  order: CashierOrder,
  methods: Type.Array(PaymentMethod),
  pin: Type.Object({
    triesLeft: Type.Integer(),
    lockedUntil: Type.Union([IsoTime, Type.Null()]),
  }),
  /** The server's time, for the countdown. */
  now: IsoTime,
})
export type OpenCashierAnswer = Static<typeof OpenCashierAnswer>

export const ConfirmPaymentRequest = Type.Object(
  {
    tradeNo: TradeNo,
    /** The amount the user saw; another amount than the order's is refused (AMOUNT_MISMATCH). */
    amount: Amount,
    methodId: Type.String({ maxLength: 64 }),
    pin: Type.String({ pattern: '^[0-9]{6}$' }),
  },
  nothingElse,
)
export type ConfirmPaymentRequest = Static<typeof ConfirmPaymentRequest>

/**
 * SUCCEEDED when the money has moved; PROCESSING when the bank has not answered yet: inquire until the order says more.
 * May be repeated: confirming an order that the same user has paid, or is paying, answers the first result and moves no
 * money.
 */
export const ConfirmPaymentAnswer = Type.Object({
  outcome: Type.Union([Type.Literal('SUCCEEDED'), Type.Literal('PROCESSING')]),
  paymentId: Type.String(),
  amount: Amount,
  paidAt: Type.Union([IsoTime, Type.Null()]),
})
export type ConfirmPaymentAnswer = Static<typeof ConfirmPaymentAnswer>

export const CancelCashierRequest = Type.Object({ tradeNo: TradeNo }, nothingElse)
export type CancelCashierRequest = Static<typeof CancelCashierRequest>
/** The user left. The order stays payable until it expires. */
export const CancelCashierAnswer = Type.Object({ order: CashierOrder })
export type CancelCashierAnswer = Static<typeof CancelCashierAnswer>

export const InquireCashierRequest = Type.Object({ tradeNo: TradeNo }, nothingElse)
export type InquireCashierRequest = Static<typeof InquireCashierRequest>
export const InquireCashierAnswer = Type.Object({ order: CashierOrder, now: IsoTime })
export type InquireCashierAnswer = Static<typeof InquireCashierAnswer>

/** Paths of the cashier API. All POST. */
export const cashierPaths = {
  orderString: '/cashier/v1/order-string',
  open: '/cashier/v1/open',
  confirm: '/cashier/v1/confirm',
  cancel: '/cashier/v1/cancel',
  inquire: '/cashier/v1/inquire',
} as const
