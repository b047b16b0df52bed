/**
 * How the wallet that a client was written for spells what the super-app family leaves open. Everything the family
 * sends is accepted from every client; a dialect says how answers and notifications to this one are spelled, and which
 * path it signs when that is not the one that arrives here. Source: `superapp-payment-api` §3, §5.2 and §11.
 */
import { Type, type Static } from 'typebox'

export const SuperappDialect = Type.Object(
  {
    /**
     * What stands before `/v1/…` in the path that the client signs, also behind a proxy that takes it away: "" signs from
     * the version on, "/aps/api" signs `/aps/api/v1/…`. Null: the path that it called.
     */
    signedBasePath: Type.Union([Type.Null(), Type.String({ maxLength: 128, pattern: '^(/[A-Za-z0-9._~-]+)*$' })], {
      description: 'a path such as "/aps/api", "" for none, or null for the path that was called',
    }),
    /** How the `Signature` header names RSA with SHA-256. */
    algorithm: Type.Union([Type.Literal('RSA256'), Type.Literal('SHA256withRSA')], {
      description: 'RSA256 or SHA256withRSA',
    }),
    /** How the `Signature` header writes the signature down. */
    signatureEncoding: Type.Union(
      [Type.Literal('BASE64_URLENCODED'), Type.Literal('BASE64'), Type.Literal('BASE64URL')],
      { description: 'BASE64_URLENCODED, BASE64 or BASE64URL' },
    ),
    /**
     * How `pay` gives the cashier's address: ACTION_FORM `actionForm.redirectionUrl` · REDIRECT_URL
     * `redirectActionForm.redirectUrl` · REDIRECTION_URL `redirectActionForm.redirectionUrl` · NORMAL_URL `normalUrl` ·
     * ALL the first three.
     */
    redirectForm: Type.Union(
      [
        Type.Literal('ALL'),
        Type.Literal('ACTION_FORM'),
        Type.Literal('REDIRECT_URL'),
        Type.Literal('REDIRECTION_URL'),
        Type.Literal('NORMAL_URL'),
      ],
      { description: 'ALL, ACTION_FORM, REDIRECT_URL, REDIRECTION_URL or NORMAL_URL' },
    ),
  },
  { additionalProperties: false, description: 'an object with the members of a dialect' },
)
export type SuperappDialect = Static<typeof SuperappDialect>

/** What most of the family emits, and what every client that was read for the reference takes. */
export const defaultSuperappDialect: SuperappDialect = {
  signedBasePath: null,
  algorithm: 'RSA256',
  signatureEncoding: 'BASE64_URLENCODED',
  redirectForm: 'ALL',
}
