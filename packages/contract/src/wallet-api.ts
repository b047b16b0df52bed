/**
 * The wallet API: what the wallet app asks of its server besides the cashier: the session, the published mini
 * programs, balance and movements, auth codes, and the relay behind `my.request`. JSON at /wallet/v1/*.
 *
 * Session: an HttpOnly, SameSite=Strict cookie. Every call that is not GET carries the session's CSRF token in
 * the header `X-CSRF-Token`, read from GET session.
 */
import { Type, type Static } from 'typebox'
import { Amount } from './amount.ts'
import { nothingElse } from './json-call.ts'

const IsoTime = Type.String({ description: 'ISO 8601 with offset' })

export const WalletUser = Type.Object({
  userId: Type.String(),
  name: Type.String(),
  loginId: Type.String(),
  frozen: Type.Boolean(),
})
export type WalletUser = Static<typeof WalletUser>

/** GET session. */
export const SessionAnswer = Type.Object({
  user: Type.Union([WalletUser, Type.Null()]),
  csrfToken: Type.Union([Type.String(), Type.Null()]),
  /** True shows the TEST mark. */
  sandbox: Type.Boolean(),
  walletName: Type.String(),
})
export type SessionAnswer = Static<typeof SessionAnswer>

/** POST session: signs in. The PIN is the user's payment PIN; wrong tries count towards the same lock. */
export const SignInRequest = Type.Object(
  {
    loginId: Type.String({ minLength: 1, maxLength: 128 }),
    pin: Type.String({ pattern: '^[0-9]{6}$' }),
  },
  nothingElse,
)
export type SignInRequest = Static<typeof SignInRequest>

/** A mini program on the home page. */
export const ProgramCard = Type.Object({
  appId: Type.String(),
  name: Type.String(),
  slogan: Type.String(),
  merchantName: Type.String(),
  /** Address of the logo on the wallet's own origin, or null. */
  iconUrl: Type.Union([Type.String(), Type.Null()]),
})
export type ProgramCard = Static<typeof ProgramCard>
/** GET programs. */
export const ProgramsAnswer = Type.Object({ programs: Type.Array(ProgramCard) })
export type ProgramsAnswer = Static<typeof ProgramsAnswer>

/** GET programs/{appId}: which version this user gets, and where its package lies. */
export const ProgramAnswer = Type.Object({
  program: ProgramCard,
  version: Type.String(),
  /** Address of the packed program (JSON) on the wallet's own origin; its name carries the hash. */
  packageUrl: Type.String(),
  /** What `my.getExtConfigSync` answers. */
  extConfig: Type.Record(Type.String(), Type.Unknown()),
})
export type ProgramAnswer = Static<typeof ProgramAnswer>

/** GET balance. */
export const BalanceAnswer = Type.Object({
  balances: Type.Array(
    Type.Object({ available: Amount, /** Reserved by payments that are not decided yet. */ pending: Amount }),
  ),
})
export type BalanceAnswer = Static<typeof BalanceAnswer>

export const Movement = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('PAYMENT'), Type.Literal('TOP_UP'), Type.Literal('REFUND')]),
  state: Type.Union([Type.Literal('PROCESSING'), Type.Literal('SUCCEEDED'), Type.Literal('FAILED')]),
  /** `BALANCE`, or the label of the bank account that the money came from or went to. */
  method: Type.String(),
  /** Only for a FAILED payment by bank whose money came too late for the order. */
  returned: Type.Union([
    Type.Null(),
    Type.Literal('RETURNING'),
    Type.Literal('RETURNED'),
    Type.Literal('RETURNED_TO_BALANCE'),
  ]),
  /** From the user's side. */
  direction: Type.Union([Type.Literal('IN'), Type.Literal('OUT')]),
  title: Type.String(),
  counterparty: Type.String(),
  amount: Amount,
  at: IsoTime,
  tradeNo: Type.Union([Type.String(), Type.Null()]),
})
export type Movement = Static<typeof Movement>
/** GET movements: newest first. */
export const MovementsQuery = Type.Object({
  /** `next` of the page before. */
  before: Type.Optional(Type.String({ maxLength: 2_048 })),
  /** 1 to 50; default 20. */
  limit: Type.Optional(Type.String({ pattern: '^([1-9]|[1-4][0-9]|50)$', description: 'a whole number from 1 to 50' })),
})
export type MovementsQuery = Static<typeof MovementsQuery>
export const MovementsAnswer = Type.Object({
  movements: Type.Array(Movement),
  /** Pass as `before` for the next page; null when there is none. */
  next: Type.Union([Type.String(), Type.Null()]),
})
export type MovementsAnswer = Static<typeof MovementsAnswer>

/** GET bank-accounts: the user's linked bank accounts. */
export const BankAccountsAnswer = Type.Object({
  bankAccounts: Type.Array(
    Type.Object({
      bankAccountId: Type.String(),
      /** For people: "Test Bank ··1234". */
      label: Type.String(),
      currency: Type.String(),
    }),
  ),
})
export type BankAccountsAnswer = Static<typeof BankAccountsAnswer>

/** POST top-ups: money from a linked bank account into the balance. May be repeated with the same topUpId. */
export const TopUpRequest = Type.Object(
  {
    /** The caller's own number: made before sending, reused when repeated. */
    topUpId: Type.String({ pattern: '^[A-Za-z0-9-]{8,64}$' }),
    bankAccountId: Type.String({ maxLength: 64 }),
    amount: Amount,
    pin: Type.String({ pattern: '^[0-9]{6}$' }),
  },
  nothingElse,
)
export type TopUpRequest = Static<typeof TopUpRequest>
/** Also of GET top-ups/{topUpId}. */
export const TopUpAnswer = Type.Object({
  topUpId: Type.String(),
  state: Type.Union([Type.Literal('PROCESSING'), Type.Literal('SUCCEEDED'), Type.Literal('FAILED')]),
  amount: Amount,
  failure: Type.Union([Type.String(), Type.Null()]),
})
export type TopUpAnswer = Static<typeof TopUpAnswer>

/** POST auth-codes: behind `my.getAuthCode`. */
export const AuthCodeRequest = Type.Object(
  {
    appId: Type.String({ maxLength: 32 }),
    scopes: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 16 }),
  },
  nothingElse,
)
export type AuthCodeRequest = Static<typeof AuthCodeRequest>
export const AuthCodeAnswer = Type.Object({
  authCode: Type.String(),
  authSuccessScopes: Type.Array(Type.String()),
  authErrorScopes: Type.Record(Type.String(), Type.String()),
})
export type AuthCodeAnswer = Static<typeof AuthCodeAnswer>

/** POST relay: behind `my.request` (steps 2 and 8). The server checks the program's domain list and the address. */
export const RelayRequest = Type.Object(
  {
    appId: Type.String({ maxLength: 32 }),
    /** Path of the page that asks, for the Referer the merchant's server sees. */
    page: Type.String({ maxLength: 256 }),
    url: Type.String({ maxLength: 8192 }),
    method: Type.Union([
      Type.Literal('GET'),
      Type.Literal('POST'),
      Type.Literal('PUT'),
      Type.Literal('DELETE'),
      Type.Literal('PATCH'),
      Type.Literal('HEAD'),
      Type.Literal('OPTIONS'),
    ]),
    headers: Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 8192 })),
    /** Base64 of the body's bytes; absent for none. */
    bodyBase64: Type.Optional(Type.String({ maxLength: 2_000_000 })),
    timeoutMs: Type.Integer({ minimum: 1, maximum: 60_000, default: 30_000 }),
  },
  nothingElse,
)
export type RelayRequest = Static<typeof RelayRequest>
export const RelayAnswer = Type.Object({
  status: Type.Integer(),
  headers: Type.Record(Type.String(), Type.String()),
  bodyBase64: Type.String(),
})
export type RelayAnswer = Static<typeof RelayAnswer>

/** Paths of the wallet API. */
export const walletPaths = {
  session: '/wallet/v1/session',
  programs: '/wallet/v1/programs',
  balance: '/wallet/v1/balance',
  movements: '/wallet/v1/movements',
  bankAccounts: '/wallet/v1/bank-accounts',
  topUps: '/wallet/v1/top-ups',
  authCodes: '/wallet/v1/auth-codes',
  relay: '/wallet/v1/relay',
  explain: '/wallet/v1/explain',
} as const
