/**
 * The sandbox doors (loopback only): what a user does, the clock, the test bank, and every path. Apps, users and
 * `sandbox.json` are in sandbox-apps-api.ts, the delivery log in sandbox-notifications-api.ts.
 */
import { Type, type Static } from 'typebox'
import { Amount } from './amount.ts'
import { BankFailure } from './bank-api.ts'
import { nothingElse } from './json-call.ts'

/**
 * How the test bank answers an order:
 * - NOW: the outcome at once.
 * - LATER: processing, until `seconds` of the wallet's clock have passed; then it pushes.
 * - NEVER: processing, until somebody decides it by the control API.
 * - TWICE: as LATER after one second, and it pushes the outcome twice at the same moment.
 * - CONTRADICT: it does it, and its first answer is the opposite; inquiries tell the truth.
 * - LOST: it does it, and cuts the connection instead of its first answer; inquiries tell the truth.
 * - REFUSE: no, because of `failure`.
 * - FLAP: it does it, and its first six answers alternate between the opposite and the truth.
 */
export const bankAnswers = ['NOW', 'LATER', 'NEVER', 'TWICE', 'CONTRADICT', 'LOST', 'REFUSE', 'FLAP'] as const
export const BankBehaviour = Type.Object(
  {
    answers: Type.Unsafe<(typeof bankAnswers)[number]>(Type.Union(bankAnswers.map((answer) => Type.Literal(answer)))),
    /** Only with LATER; default 20. */
    seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
    /** Only with REFUSE; default REFUSED. */
    failure: Type.Optional(BankFailure),
  },
  nothingElse,
)
export type BankBehaviour = Static<typeof BankBehaviour>

/** POST /sandbox/v1/orders/{tradeNo}/confirm: what a user does in the cashier, without a browser. */
export const SandboxConfirmRequest = Type.Object(
  {
    userId: Type.String({ maxLength: 64 }),
    /** Default BALANCE. BANK pays from the person's first linked bank account in the order's currency. */
    method: Type.Optional(Type.Union([Type.Literal('BALANCE'), Type.Literal('BANK')])),
    /** Only with BANK: how the test bank answers this payment. Default: as the account stands for. */
    bank: Type.Optional(BankBehaviour),
    /** SUCCEED (default) pays. WRONG_PIN spends one PIN try. */
    outcome: Type.Optional(Type.Union([Type.Literal('SUCCEED'), Type.Literal('WRONG_PIN')])),
  },
  nothingElse,
)
export type SandboxConfirmRequest = Static<typeof SandboxConfirmRequest>

/** POST /sandbox/v1/orders/{tradeNo}/cancel: the user leaves the cashier. */
export const SandboxCancelRequest = Type.Object({ userId: Type.String({ maxLength: 64 }) }, nothingElse)
export type SandboxCancelRequest = Static<typeof SandboxCancelRequest>

/**
 * POST /sandbox/v1/merchants/{merchantId}/pay-outs: pays a merchant's money to the merchant's bank account. May be
 * repeated with the same number: the answer tells what has become of it.
 */
export const SandboxPayOutRequest = Type.Object(
  {
    /** The caller's own number. */
    requestId: Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }),
    amount: Amount,
    /** How the test bank answers it. Default: as the account stands for. */
    bank: Type.Optional(BankBehaviour),
  },
  nothingElse,
)
export type SandboxPayOutRequest = Static<typeof SandboxPayOutRequest>
export const SandboxPayOutAnswer = Type.Object({
  payOutId: Type.String(),
  state: Type.Union([Type.Literal('PROCESSING'), Type.Literal('SUCCEEDED'), Type.Literal('FAILED')]),
  amount: Amount,
  failure: Type.Union([Type.String(), Type.Null()]),
})
export type SandboxPayOutAnswer = Static<typeof SandboxPayOutAnswer>

/** POST /sandbox/v1/clock: moves the wallet's clock, and with it everything that is due. */
export const SandboxClockRequest = Type.Union([
  Type.Object({ advanceSeconds: Type.Number({ minimum: 0, maximum: 31_536_000 }) }, nothingElse),
  Type.Object({ set: Type.String({ description: 'ISO 8601 with offset' }) }, nothingElse),
])
export type SandboxClockRequest = Static<typeof SandboxClockRequest>

/** POST /sandbox/v1/sessions: signs a seeded person in without a PIN, for the wallet app's list of people. */
export const SandboxSessionRequest = Type.Object({ userId: Type.String({ maxLength: 64 }) }, nothingElse)
export type SandboxSessionRequest = Static<typeof SandboxSessionRequest>

/** GET /sandbox/v1/people */
export const PeopleAnswer = Type.Object({
  people: Type.Array(
    Type.Object({
      userId: Type.String(),
      name: Type.String(),
      loginId: Type.String(),
      pin: Type.String(),
      /** "Has plenty of money", "Nearly out of money", "Account frozen". */
      about: Type.String(),
    }),
  ),
})
export type PeopleAnswer = Static<typeof PeopleAnswer>

export const sandboxPaths = {
  reset: '/sandbox/v1/reset',
  people: '/sandbox/v1/people',
  sessions: '/sandbox/v1/sessions',
  clock: '/sandbox/v1/clock',
  explain: '/sandbox/v1/explain',
  apps: '/sandbox/v1/apps',
  app: (appId: string) => `/sandbox/v1/apps/${encodeURIComponent(appId)}`,
  appKeys: (appId: string) => `/sandbox/v1/apps/${encodeURIComponent(appId)}/keys`,
  appKey: (appId: string, version: number) => `/sandbox/v1/apps/${encodeURIComponent(appId)}/keys/${version}`,
  users: '/sandbox/v1/users',
  notifications: '/sandbox/v1/notifications',
  notification: (id: string) => `/sandbox/v1/notifications/${encodeURIComponent(id)}`,
  replay: (id: string) => `/sandbox/v1/notifications/${encodeURIComponent(id)}/replay`,
  endpoints: '/sandbox/v1/endpoints',
  confirm: (tradeNo: string) => `/sandbox/v1/orders/${encodeURIComponent(tradeNo)}/confirm`,
  cancel: (tradeNo: string) => `/sandbox/v1/orders/${encodeURIComponent(tradeNo)}/cancel`,
  payOuts: (merchantId: string) => `/sandbox/v1/merchants/${encodeURIComponent(merchantId)}/pay-outs`,
  timeline: (tradeNo: string) => `/sandbox/v1/orders/${encodeURIComponent(tradeNo)}/timeline`,
  /** Server-sent events: the timeline whenever it grows. `latest` instead of a number follows the newest order. */
  timelineEvents: (tradeNo: string) => `/sandbox/v1/orders/${encodeURIComponent(tradeNo)}/timeline/events`,
} as const

/** POST {bankUrl}/control/v1/accounts/{account}/next: how the next order of an account is answered, once. */
export const BankNextRequest = BankBehaviour
/** POST {bankUrl}/control/v1/orders/{orderId}/decide: ends an order that is still processing. Without a failure: yes. */
export const BankDecideRequest = Type.Object(
  {
    failure: Type.Optional(BankFailure),
  },
  nothingElse,
)
export type BankDecideRequest = Static<typeof BankDecideRequest>

/** An order as the test bank keeps it. */
export interface TestBankOrder {
  orderId: string
  direction: 'COLLECT' | 'PAY'
  account: string
  amount: Amount
  memo: string
  behaviour: BankBehaviour
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  failure: string | null
  /** Answers given so far, lost ones too. */
  answers: number
  createdAt: string
  decidedAt: string | null
}
/** GET {bankUrl}/control/v1/orders?account={account}: newest first, at most 100. */
export interface TestBankOrdersAnswer {
  orders: TestBankOrder[]
}
/** GET {bankUrl}/control/v1/accounts */
export interface TestBankAccountsAnswer {
  accounts: {
    account: string
    kind: 'CUSTOMER' | 'WALLET' | 'CAPITAL'
    balance: Amount
    behaviour: BankBehaviour | null
  }[]
}
/** GET {bankUrl}/control/v1/verify: an empty list means that the bank's books are in order. */
export interface TestBankVerifyAnswer {
  violations: { message: string; rows: unknown[] }[]
}

/** Paths of the test bank's control API, on `bankUrl`; loopback only. */
export const bankControlPaths = {
  accounts: '/control/v1/accounts',
  next: (account: string) => `/control/v1/accounts/${encodeURIComponent(account)}/next`,
  orders: '/control/v1/orders',
  decide: (orderId: string) => `/control/v1/orders/${encodeURIComponent(orderId)}/decide`,
  verify: '/control/v1/verify',
} as const
