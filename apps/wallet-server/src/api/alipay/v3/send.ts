/**
 * Sends the answer of a REST call (step 7): JSON, always with a body, and for a call that was verified signed in three headers,
 * refusals too. A call that was not verified is answered unsigned, as the real gateway answers it: nobody is known who
 * could rely on it. Source: alipay-openapi §10.
 */
import { ALIPAY_V3_SCHEME, alipayV3AnswerString, signAlipayV3 } from '@tradepay/signature'
import type { RecordedSignature } from '@tradepay/contract'
import type { FastifyReply } from 'fastify'
import type { Deps } from '../../../build-server.ts'
import type { WalletSigningKey } from '../../merchant-door/wallet-key.ts'

export interface RestAnswer {
  status: number
  body: object
}

/** An answer as it was sent, for the record. */
export interface SentAnswer {
  headers: Record<string, string>
  body: Buffer
  signature: RecordedSignature
}

/** Answers a call that was verified. */
export async function sendSigned(
  reply: FastifyReply,
  answer: RestAnswer,
  { privateKey, version }: WalletSigningKey,
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
): Promise<SentAnswer> {
  const body = Buffer.from(JSON.stringify(answer.body))
  const timestamp = String(clock.now().getTime())
  const nonce = random.bytes(16).toString('hex')
  const stringToSign = alipayV3AnswerString({ timestamp, nonce, body })
  const signature = await signAlipayV3(stringToSign, privateKey)
  const headers = {
    ...commonHeaders(random),
    'alipay-timestamp': timestamp,
    'alipay-nonce': nonce,
    'alipay-signature': signature,
    // A share of calls comes back within a second (RFC 6585 §4).
    ...(answer.status === 429 ? { 'retry-after': '1' } : {}),
  }
  reply.code(answer.status).headers(headers).send(body)
  return {
    headers,
    body,
    signature: {
      stringToSign: stringToSign.toString(),
      signature,
      algorithm: ALIPAY_V3_SCHEME,
      keyVersion: version,
      signedBy: 'WALLET',
      verified: null,
    },
  }
}

/** Answers a call that was not verified. */
export function sendUnsigned(reply: FastifyReply, answer: RestAnswer, { random }: Pick<Deps, 'random'>): void {
  reply
    .code(answer.status)
    .headers(commonHeaders(random))
    .send(Buffer.from(JSON.stringify(answer.body)))
}

/** The trace id is what a merchant shows to the wallet when it asks about a call. */
const commonHeaders = (random: Deps['random']): Record<string, string> => ({
  'content-type': 'application/json;charset=utf-8',
  'alipay-trace-id': random.bytes(16).toString('hex'),
})
