/**
 * The sandbox doors (loopback only) and the file `sandbox.json` that `npm start` writes when it is ready.
 */
import { Type, type Static } from 'typebox'

export interface SandboxApp {
  name: string
  appId: string
  clientId: string
  merchantId: string
  currency: string
  /** PKCS#8 PEM of the merchant's side. Test material; the wallet itself keeps only the public key. */
  privateKey: string
  keyVersion: number
  /** SPKI PEM that verifies the wallet's answers and notifications. */
  walletPublicKey: string
}
export interface SandboxUser {
  name: string
  userId: string
  loginId: string
  pin: string
}

/** `sandbox.json`. The rich user stands first, the integration app last. */
export interface SandboxWorld {
  walletUrl: string
  shopUrl: string
  gatewayUrl: string
  apps: SandboxApp[]
  users: SandboxUser[]
}

/** POST /sandbox/v1/orders/{tradeNo}/confirm: what a user does in the cashier, without a browser. */
export const SandboxConfirmRequest = Type.Object({
  userId: Type.String({ maxLength: 64 }),
  /** SUCCEED (default) pays. WRONG_PIN spends one PIN try. */
  outcome: Type.Optional(Type.Union([Type.Literal('SUCCEED'), Type.Literal('WRONG_PIN')])),
})
export type SandboxConfirmRequest = Static<typeof SandboxConfirmRequest>

/** POST /sandbox/v1/orders/{tradeNo}/cancel: the user leaves the cashier. */
export const SandboxCancelRequest = Type.Object({ userId: Type.String({ maxLength: 64 }) })
export type SandboxCancelRequest = Static<typeof SandboxCancelRequest>

/** POST /sandbox/v1/clock: moves the wallet's clock, and with it everything that is due. */
export const SandboxClockRequest = Type.Union([
  Type.Object({ advanceSeconds: Type.Number({ minimum: 0, maximum: 31_536_000 }) }),
  Type.Object({ set: Type.String({ description: 'ISO 8601 with offset' }) }),
])
export type SandboxClockRequest = Static<typeof SandboxClockRequest>

/** POST /sandbox/v1/sessions: signs a seeded person in without a PIN, for the wallet app's list of people. */
export const SandboxSessionRequest = Type.Object({ userId: Type.String({ maxLength: 64 }) })
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
  confirm: (tradeNo: string) => `/sandbox/v1/orders/${encodeURIComponent(tradeNo)}/confirm`,
  cancel: (tradeNo: string) => `/sandbox/v1/orders/${encodeURIComponent(tradeNo)}/cancel`,
  timeline: (tradeNo: string) => `/sandbox/v1/orders/${encodeURIComponent(tradeNo)}/timeline`,
  /** Server-sent events: the timeline whenever it grows. `latest` instead of a number follows the newest order. */
  timelineEvents: (tradeNo: string) => `/sandbox/v1/orders/${encodeURIComponent(tradeNo)}/timeline/events`,
} as const
