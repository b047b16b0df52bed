/**
 * Who makes a REST call, is it what they signed, and is it the first time? App → form of the header → time → signature → nonce,
 * before anything in the body is looked at (step 5). The nonce comes last, so that a stranger uses none up.
 * Source: alipay-openapi §10.
 */
import type { IncomingHttpHeaders } from 'node:http'
import {
  ALIPAY_V3_SCHEME,
  AlipayV3HeaderError,
  alipayV3RequestString,
  parseAlipayV3Authorization,
  verifyAlipayV3,
  type AlipayV3Authorization,
} from '@tradepay/signature'
import { explainAlipayV3 } from '@tradepay/signature/explain'
import { NONCE, type NonceService } from '../../../nonce/types.ts'
import type { Explain } from '../../merchant-door/explanation.ts'
import type { Clients } from '../../merchant-door/fresh-keys.ts'
import { identify, verifySignature, type SignedCall, type VerifiedCall } from '../client-signature.ts'
import { GatewayRefusal } from '../errors.ts'

/** A call as it came in. */
export interface RawCall {
  method: string
  /** Path and query. */
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface VerifyRules {
  now: Date
  /** How far the time of a call may be from now, both ways. Seconds. */
  windowSeconds: number
  /** Says why a signature is refused. */
  explain: Explain
}

/** @throws WalletError CLIENT_UNKNOWN, CLIENT_DISABLED, KEY_UNKNOWN; GatewayRefusal for everything else */
export async function verifyRequest(
  call: RawCall,
  { merchants, nonces }: { merchants: Clients; nonces: Pick<NonceService, 'use'> },
  rules: VerifyRules,
): Promise<VerifiedCall> {
  const authorization = readAuthorization(call.headers.authorization)
  const { fields } = authorization
  const client = await identify(fields.get('app_id'), merchants)
  const nonce = readNonce(fields)
  const signedAt = readTime(fields, rules)
  refuseEncryption(call.headers)
  const verified = await verifySignature(client, merchants, signedCall(call, authorization, rules.explain))
  if (await nonces.use({ client, nonce, signedAt })) return verified
  throw new GatewayRefusal(
    'isv.suspected-attack',
    'This nonce was used already: each call is signed anew, with a nonce and the time of its own, a repeated one too.',
  )
}

function readAuthorization(header: string | undefined): AlipayV3Authorization {
  if (header === undefined) {
    // The real gateway misses the time first.
    throw new GatewayRefusal(
      'isv.missing-timestamp',
      `The authorization header is missing: send ${ALIPAY_V3_SCHEME} app_id=…,nonce=…,timestamp=…,sign=…`,
    )
  }
  try {
    return parseAlipayV3Authorization(header)
  } catch (error) {
    if (!(error instanceof AlipayV3HeaderError)) throw error
    throw new GatewayRefusal(refusals[error.reason], error.message)
  }
}

const refusals = {
  SCHEME: 'isv.invalid-signature-type',
  NO_SIGNATURE: 'isv.missing-signature',
  MALFORMED: 'isv.invalid-parameter',
} as const satisfies Record<AlipayV3HeaderError['reason'], GatewayRefusal['subCode']>

type Fields = AlipayV3Authorization['fields']

function readNonce(fields: Fields): string {
  const nonce = fields.get('nonce') ?? ''
  if (NONCE.test(nonce)) return nonce
  throw new GatewayRefusal(
    'isv.invalid-parameter',
    'The nonce in the authorization header is missing or malformed: send 1 to 64 visible ASCII characters, new for each call.',
  )
}

function readTime(fields: Fields, { now, windowSeconds }: VerifyRules): Date {
  const text = fields.get('timestamp') ?? ''
  if (text === '')
    throw new GatewayRefusal('isv.missing-timestamp', 'The timestamp in the authorization header is missing.')
  if (!/^[0-9]{13}$/.test(text)) {
    throw new GatewayRefusal('isv.invalid-timestamp', 'The timestamp is milliseconds since 1970, 13 digits.')
  }
  const time = new Date(Number(text))
  const age = now.getTime() - time.getTime()
  if (Math.abs(age) > windowSeconds * 1000) {
    throw new GatewayRefusal(
      'isv.invalid-timestamp',
      `The timestamp is more than ${windowSeconds} seconds away from now: send the present time, and set your clock.`,
    )
  }
  refuseExpired(fields.get('expired_seconds'), age)
  return time
}

/** A client may say for how long its call is good; that can only make the time shorter. */
function refuseExpired(text: string | undefined, ageMs: number): void {
  if (text === undefined) return
  if (!/^[1-9][0-9]{0,8}$/.test(text)) {
    throw new GatewayRefusal(
      'isv.invalid-parameter',
      'expired_seconds in the authorization header is a whole number from 1.',
    )
  }
  if (ageMs > Number(text) * 1000) {
    throw new GatewayRefusal('isv.invalid-timestamp', `The call was good for ${text} seconds, and they are over.`)
  }
}

function refuseEncryption(headers: IncomingHttpHeaders): void {
  if (headers['alipay-encrypt-type'] === undefined) return
  throw new GatewayRefusal(
    'isv.invalid-parameter',
    'Encrypted bodies are not offered here: leave alipay-encrypt-type out.',
  )
}

function signedCall(call: RawCall, { authString, sign }: AlipayV3Authorization, explain: Explain): SignedCall {
  const { method, url, headers, body } = call
  const { host, 'alipay-app-auth-token': token } = headers
  const request = { authString, method, uri: url, body, appAuthToken: typeof token === 'string' ? token : undefined }
  const stringToSign = alipayV3RequestString(request)
  return {
    signature: sign,
    algorithm: ALIPAY_V3_SCHEME,
    verify: async (key) => ((await verifyAlipayV3(stringToSign, sign, key)) ? stringToSign.toString() : null),
    explain: ({ clientId, keys }) =>
      explain({ clientId, size: stringToSign.length }, (otherKeys) =>
        explainAlipayV3({ request, sign, keys, otherKeys, ...(host === undefined ? {} : { host }) }),
      ),
  }
}
