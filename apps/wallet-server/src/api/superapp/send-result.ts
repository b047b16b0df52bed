/**
 * Signs and sends an answer of the super-app door (step 7): over the request's method and URI, the client's id, and the
 * time and exact bytes of the answer. HTTP is always 200; the result says how it went. Source: §2.2 and §3.
 */
import type { FastifyReply } from 'fastify'
import type { RecordedSignature, SuperappDialect } from '@tradepay/contract'
import { signSuperapp } from '@tradepay/signature'
import type { WalletSigningKey } from '../merchant-door/wallet-key.ts'
import type { Outcome } from './endpoint.ts'

/** Whom the answer is for. A stranger without a client id gets it unsigned: there is nobody to address. */
export interface Addressee {
  clientId: string
  method: string
  uri: string
  dialect: SuperappDialect
}

/** What was sent, for the record. */
export interface Sent {
  headers: Record<string, string>
  body: Buffer
  signature: RecordedSignature
}

export async function sendResult(
  reply: FastifyReply,
  body: Outcome['body'],
  addressee: Addressee | null,
  { now, key }: { now: Date; key: WalletSigningKey },
): Promise<Sent | null> {
  const bytes = Buffer.from(JSON.stringify(body))
  const headers: Record<string, string> = { 'Content-Type': 'application/json; charset=UTF-8' }
  if (addressee === null) {
    reply.code(200).headers(headers).send(bytes)
    return null
  }
  const time = now.toISOString()
  const { dialect, ...about } = addressee
  const { header, stringToSign, signature } = await signSuperapp({ ...about, time, body: bytes }, key, {
    algorithm: dialect.algorithm,
    encoding: dialect.signatureEncoding,
  })
  headers['Client-Id'] = addressee.clientId
  headers['Response-Time'] = time
  headers['Signature'] = header
  reply.code(200).headers(headers).send(bytes)
  return {
    headers,
    body: bytes,
    signature: {
      stringToSign: stringToSign.toString(),
      signature: signature.toString('base64'),
      algorithm: dialect.algorithm,
      keyVersion: key.version,
      signedBy: 'WALLET',
      verified: null,
    },
  }
}
