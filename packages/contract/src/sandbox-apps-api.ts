/**
 * The file `sandbox.json` that `npm start` writes when it is ready, and the sandbox doors (loopback only) that make and
 * change what stands in it: apps with their keys and dialects, users.
 */
import { Type, type Static } from 'typebox'
import { Amount } from './amount.ts'
import { nothingElse } from './json-call.ts'
import { SuperappDialect } from './superapp-dialect.ts'

/** An app, as `sandbox.json` lists it and as the doors for apps answer. */
export const SandboxApp = Type.Object({
  name: Type.String(),
  appId: Type.String(),
  clientId: Type.String(),
  merchantId: Type.String(),
  /** The merchant's first currency; the Alipay door takes CNY only. */
  currency: Type.String(),
  /**
   * PKCS#8 PEM of the newest key, when the sandbox made it; empty when the merchant made it and only the public key was
   * given. Test material; the wallet itself keeps only the public key.
   */
  privateKey: Type.String({ description: 'PKCS#8 PEM of the newest key; empty when the sandbox did not make it' }),
  keyVersion: Type.Integer({ description: 'the newest key' }),
  keyVersions: Type.Array(Type.Integer(), { description: 'every key that is good now, newest first' }),
  walletPublicKey: Type.String({ description: "SPKI PEM that verifies the wallet's answers and notifications" }),
  /** What a library for Standard Webhooks verifies notifications with: `whsec_` and base64. Whoever has it can sign. */
  webhookSecret: Type.String({ description: 'what a library for Standard Webhooks verifies with' }),
  /** Where notifications go when an order names no address. */
  notifyUrl: Type.Union([Type.String(), Type.Null()]),
  dialect: SuperappDialect,
})
export type SandboxApp = Static<typeof SandboxApp>
/** GET /sandbox/v1/apps: the coffee shop first, the integration app last. */
export const SandboxAppsAnswer = Type.Object({ apps: Type.Array(SandboxApp) })
export type SandboxAppsAnswer = Static<typeof SandboxAppsAnswer>

export const SandboxUser = Type.Object({
  name: Type.String(),
  userId: Type.String(),
  loginId: Type.String(),
  pin: Type.String(),
})
export type SandboxUser = Static<typeof SandboxUser>

/**
 * `sandbox.json`, written anew whenever apps or users come, change or go. The rich user stands first, the integration app
 * last; apps that were made at the door stand before it, users that were made behind the seeded ones.
 */
export interface SandboxWorld {
  walletUrl: string
  shopUrl: string
  gatewayUrl: string
  /** The descriptions of the APIs. */
  docsUrl: string
  /** The test bank, which the wallet is connected to, and whose control API says how it answers. */
  bankUrl: string
  apps: SandboxApp[]
  users: SandboxUser[]
}

/**
 * POST /sandbox/v1/apps: a merchant with one app, which speaks both families. It stays until the next reset. Not to be
 * repeated: each call makes another one. Answers the app, as {@link SandboxApp}.
 */
export const SandboxCreateAppRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128 }),
    /** ISO 4217; default CNY. The first one is the app's `currency`. */
    currencies: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Z]{3}$' }), { minItems: 1, maxItems: 20 })),
    /** What the wallet keeps of each payment, in hundredths of a percent; default 0. */
    feeBasisPoints: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    /** Default: none, each order names its own. */
    notifyUrl: Type.Optional(Type.String({ maxLength: 2_048 })),
    /** RSA of 2048 bits or more, as any key text; it becomes version 1. Default: the sandbox makes the pair. */
    publicKey: Type.Optional(Type.String({ maxLength: 16_384 })),
    /** The members that differ from the default. */
    dialect: Type.Optional(Type.Partial(SuperappDialect, nothingElse)),
  },
  nothingElse,
)
export type SandboxCreateAppRequest = Static<typeof SandboxCreateAppRequest>

/** PATCH /sandbox/v1/apps/{appId}: changes what is named. May be repeated. Answers the app. */
export const SandboxChangeAppRequest = Type.Object(
  {
    /** The members that differ from the default; {} takes the default again. */
    dialect: Type.Optional(Type.Partial(SuperappDialect, nothingElse)),
    /** Null: each order names its own. */
    notifyUrl: Type.Optional(Type.Union([Type.String({ maxLength: 2_048 }), Type.Null()])),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type SandboxChangeAppRequest = Static<typeof SandboxChangeAppRequest>

/**
 * POST /sandbox/v1/apps/{appId}/keys: one more key; those that are there go on working. Answers the app.
 * DELETE /sandbox/v1/apps/{appId}/keys/{version} retires one for ever; an app keeps its last.
 */
export const SandboxAddKeyRequest = Type.Object(
  {
    /** Default: one more than the newest that there ever was. A number that was used for another key is refused. */
    version: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
    /** RSA of 2048 bits or more, as any key text. Default: the sandbox makes the pair. */
    publicKey: Type.Optional(Type.String({ maxLength: 16_384 })),
  },
  nothingElse,
)
export type SandboxAddKeyRequest = Static<typeof SandboxAddKeyRequest>

/** POST /sandbox/v1/users: somebody who can pay, until the next reset. Answers the user, as {@link SandboxUser}. */
export const SandboxCreateUserRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128 }),
    /** Nobody else's. */
    loginId: Type.String({ minLength: 1, maxLength: 128 }),
    pin: Type.String({ pattern: '^[0-9]{6}$', description: 'six digits' }),
    /** One account each; "0" opens it empty. Default: an empty one in CNY. */
    balances: Type.Optional(Type.Array(Amount, { minItems: 1, maxItems: 20 })),
    /** A frozen account may look and not pay; default false. */
    frozen: Type.Optional(Type.Boolean()),
  },
  nothingElse,
)
export type SandboxCreateUserRequest = Static<typeof SandboxCreateUserRequest>
