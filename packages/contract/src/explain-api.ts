/**
 * Asking why the signature of a message does not verify: in a sandbox by anybody, in production by a signed-in owner of the
 * merchant. The message is given as it went over the wire; nothing of it is kept. Changes nothing, may be repeated.
 */
import { Type, type Static } from 'typebox'
import { nothingElse } from './json-call.ts'
import { explanationFields } from './signature-explanation.ts'

const signer = {
  /** Who signed; default MERCHANT. WALLET for the wallet's answers and notifications. */
  signer: Type.Optional(Type.Union([Type.Literal('MERCHANT'), Type.Literal('WALLET')])),
  /**
   * The public key that you verify with, or believe to be registered: any key text. Default: for WALLET the wallet's own.
   */
  publicKey: Type.Optional(Type.String({ maxLength: 16_384 })),
  /** The string that your program signed, when it can print it. */
  signedString: Type.Optional(Type.String({ maxLength: 65_536 })),
}

export const ExplainRequest = Type.Union([
  Type.Object(
    {
      family: Type.Literal('SUPERAPP'),
      /** For an answer, method and path are those of its request. */
      method: Type.String({ maxLength: 16 }),
      /** Path and query. */
      path: Type.String({ maxLength: 4_096 }),
      clientId: Type.String({ maxLength: 64 }),
      /** The header Request-Time, or Response-Time of an answer. */
      time: Type.String({ maxLength: 64 }),
      /** The whole header Signature. */
      signature: Type.String({ maxLength: 8_192 }),
      body: Type.String({ maxLength: 65_536 }),
      /** The host that was called, for finding it in the string. */
      host: Type.Optional(Type.String({ maxLength: 256 })),
      ...signer,
    },
    nothingElse,
  ),
  Type.Object(
    {
      family: Type.Literal('ALIPAY'),
      /** A request keeps sign_type in its string, a notification does not; default REQUEST. */
      kind: Type.Optional(Type.Union([Type.Literal('REQUEST'), Type.Literal('NOTIFICATION')])),
      /** Every parameter, decoded once; or as sent: a query, a form body, or an order string. */
      parameters: Type.Union([
        Type.Record(Type.String({ maxLength: 128 }), Type.String({ maxLength: 65_536 })),
        Type.String({ maxLength: 65_536 }),
      ]),
      ...signer,
    },
    nothingElse,
  ),
  Type.Object(
    {
      family: Type.Literal('ALIPAY_V3'),
      kind: Type.Optional(Type.Literal('REQUEST')),
      method: Type.String({ maxLength: 16 }),
      /** Path and query. */
      path: Type.String({ maxLength: 4_096 }),
      /** The whole header authorization. */
      authorization: Type.String({ maxLength: 8_192 }),
      /** The header alipay-app-auth-token. */
      appAuthToken: Type.Optional(Type.String({ maxLength: 256 })),
      body: Type.String({ maxLength: 65_536 }),
      /** The host that was called, for finding it in the string. */
      host: Type.Optional(Type.String({ maxLength: 256 })),
      ...signer,
    },
    nothingElse,
  ),
  Type.Object(
    {
      family: Type.Literal('ALIPAY_V3'),
      kind: Type.Literal('ANSWER'),
      appId: Type.String({ maxLength: 64 }),
      /** The headers alipay-timestamp, alipay-nonce and alipay-signature. */
      timestamp: Type.String({ maxLength: 64 }),
      nonce: Type.String({ maxLength: 128 }),
      signature: Type.String({ maxLength: 8_192 }),
      body: Type.String({ maxLength: 65_536 }),
      ...signer,
    },
    nothingElse,
  ),
])
export type ExplainRequest = Static<typeof ExplainRequest>

export const ExplainAnswer = Type.Object({
  /** True when nothing is wrong: the signature holds. */
  verified: Type.Boolean(),
  ...explanationFields,
  /** Hexadecimal. */
  digest: Type.Union([
    Type.Object({ hash: Type.String(), signed: Type.String(), expected: Type.String() }),
    Type.Null(),
  ]),
})
export type ExplainAnswer = Static<typeof ExplainAnswer>
