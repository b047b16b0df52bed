/**
 * How the wallet speaks to a bank, and the bank to the wallet. A bank that speaks otherwise gets an adapter behind the
 * server's `Bank` port. JSON over POST, `Authorization: Bearer {key}` both ways.
 *
 * The order id is made by the wallet and stored before the first call. The bank treats it as a key: the same id with the
 * same content is the same order, whatever has become of it; with other content it answers 409.
 */
import { Type, type Static } from 'typebox'
import { Amount } from './amount.ts'

const BankDirection = Type.Union([Type.Literal('COLLECT'), Type.Literal('PAY')])

/** POST /bank/v1/orders: collect from an account into the wallet's, or pay from the wallet's to one. */
export const BankOrderRequest = Type.Object({
  orderId: Type.String({ minLength: 1, maxLength: 64 }),
  direction: BankDirection,
  /** The bank's own reference of the customer's account. */
  account: Type.String({ minLength: 1, maxLength: 64 }),
  amount: Amount,
  /** What the customer reads on the bank's statement. */
  memo: Type.String({ maxLength: 140 }),
})
export type BankOrderRequest = Static<typeof BankOrderRequest>

/** POST /bank/v1/orders/inquire. Unknown ids are answered with 404. */
export const BankInquiryRequest = Type.Object({ orderId: Type.String({ minLength: 1, maxLength: 64 }) })
export type BankInquiryRequest = Static<typeof BankInquiryRequest>

/** Why a bank refuses. */
export const bankFailures = ['BALANCE_NOT_ENOUGH', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_CLOSED', 'REFUSED'] as const
export type BankFailure = (typeof bankFailures)[number]
export const BankFailure = Type.Unsafe<BankFailure>(Type.Union(bankFailures.map((failure) => Type.Literal(failure))))

/**
 * The answer to both. SUCCEEDED and FAILED are final: the money has moved, or has not and will not. It says again what the
 * order is about, from the bank's books: an answer about anything else is none.
 */
export const BankOrderAnswer = Type.Object({
  orderId: Type.String(),
  direction: BankDirection,
  amount: Amount,
  state: Type.Union([Type.Literal('PROCESSING'), Type.Literal('SUCCEEDED'), Type.Literal('FAILED')]),
  /** Only with FAILED. */
  failure: Type.Optional(BankFailure),
})
export type BankOrderAnswer = Static<typeof BankOrderAnswer>

/**
 * POST {wallet}/bank/v1/outcomes: the bank says that something has changed. It is never believed by itself: the wallet
 * inquires. Answered with 204, also for ids the wallet does not know.
 */
export const BankOutcomeRequest = Type.Object({ orderId: Type.String({ minLength: 1, maxLength: 64 }) })
export type BankOutcomeRequest = Static<typeof BankOutcomeRequest>

export const bankPaths = {
  orders: '/bank/v1/orders',
  inquire: '/bank/v1/orders/inquire',
  outcomes: '/bank/v1/outcomes',
} as const
