/**
 * Judges a signed message of the super-app family, an answer (step 7) or a notification (step 18), before anybody
 * reads its content: the headers are there, the caller is the right one, the time is near, the signature holds.
 * Source: superapp-payment-api §2.1, §2.2, §3.
 */
import { decodeSignature, parseSignatureHeader, SignatureHeaderError, verifySuperapp } from '@tradepay/signature'
import type { WalletKeys } from './wallet-keys.ts'

/** Headers of an answer or a request, in any spelling of their names. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

export interface SignedMessage {
  /** Of the request, also for an answer. */
  method: string
  /** Path of the request with its query, also for an answer. */
  uri: string
  headers: RawHeaders
  /** The bytes as they came. */
  body: Buffer
}

export interface Expectation {
  clientId: string
  timeHeader: 'Request-Time' | 'Response-Time'
  keys: WalletKeys
  now: Date
  toleranceSeconds: number
}

/** What is wrong with a message, in the words of the protocol's result codes. */
export interface Flaw {
  code: 'PARAM_ILLEGAL' | 'INVALID_CLIENT' | 'TIMESTAMP_INVALID' | 'KEY_NOT_FOUND' | 'INVALID_SIGNATURE'
  message: string
}

/** Null when the message is genuine, else what is wrong with it. Never throws. */
export async function findFlaw(message: SignedMessage, expected: Expectation): Promise<Flaw | null> {
  const clientId = header(message.headers, 'Client-Id')
  if (clientId === null) return { code: 'PARAM_ILLEGAL', message: 'The Client-Id header is missing.' }
  if (clientId !== expected.clientId) {
    return { code: 'INVALID_CLIENT', message: 'The Client-Id header names another client.' }
  }

  const time = header(message.headers, expected.timeHeader)
  if (time === null) return { code: 'PARAM_ILLEGAL', message: `The ${expected.timeHeader} header is missing.` }

  const signatureText = header(message.headers, 'Signature')
  if (signatureText === null) return { code: 'INVALID_SIGNATURE', message: 'The Signature header is missing.' }

  const tooOld = checkTime(time, expected)
  if (tooOld) return tooOld

  return checkSignature(message, { clientId, time, signatureText }, expected.keys)
}

/** ISO 8601 with seconds at least, and an offset. A time without one could be anywhere on earth, so it is refused. */
const isoWithOffset = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/

function checkTime(time: string, { timeHeader, now, toleranceSeconds }: Expectation): Flaw | null {
  const milliseconds = isoWithOffset.test(time) ? Date.parse(time) : Number.NaN
  if (Number.isNaN(milliseconds)) {
    return {
      code: 'TIMESTAMP_INVALID',
      message: `${timeHeader} is not a time: expected ISO 8601 with an offset, such as 2026-01-31T12:00:00+08:00.`,
    }
  }
  // Both ways: an old message may be a replay, one from the future may be kept for a later one.
  if (Math.abs(now.getTime() - milliseconds) > toleranceSeconds * 1000) {
    return { code: 'TIMESTAMP_INVALID', message: `${timeHeader} is more than ${toleranceSeconds} s from now.` }
  }
  return null
}

async function checkSignature(
  message: SignedMessage,
  { clientId, time, signatureText }: { clientId: string; time: string; signatureText: string },
  keys: WalletKeys,
): Promise<Flaw | null> {
  let keyVersion: number | null
  let signature: Buffer | null
  try {
    const parsed = parseSignatureHeader(signatureText)
    keyVersion = parsed.keyVersion
    signature = decodeSignature(parsed.signature)
  } catch (error) {
    if (error instanceof SignatureHeaderError) return { code: 'INVALID_SIGNATURE', message: error.message }
    throw error
  }
  if (signature === null) return { code: 'INVALID_SIGNATURE', message: 'The signature is not base64.' }

  const candidates = keys.candidates(keyVersion)
  if (candidates.length === 0) {
    return { code: 'KEY_NOT_FOUND', message: `No wallet key of version ${keyVersion} is configured here.` }
  }
  const { method, uri, body } = message
  for (const key of candidates) {
    if (await verifySuperapp({ method, uri, clientId, time, body }, signature, key)) return null
  }
  return { code: 'INVALID_SIGNATURE', message: 'The signature does not match the bytes received.' }
}

/** One header's value; null when it is missing or empty. Names are read without regard to case. */
export function header(headers: RawHeaders, name: string): string | null {
  const wanted = name.toLowerCase()
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() !== wanted || value === undefined) continue
    const text = typeof value === 'string' ? value : (value[0] ?? '')
    return text === '' ? null : text
  }
  return null
}
