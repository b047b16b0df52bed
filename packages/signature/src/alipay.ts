/**
 * The Alipay family (v2): what is signed of a request, of an answer, and of a notification. All are RSA with SHA-256 in
 * standard base64. Source: alipay-openapi §2 (requests), §3 (answers), §9 (notifications).
 */
import { decodeBase64 } from './base64.ts'
import type { KeyObject } from 'node:crypto'
import { signRsa, verifyRsa } from './rsa.ts'

/** Decoded parameters of a request or a notification, by name. */
export type AlipayParameters = Readonly<Record<string, string>>

/**
 * The string that a request signs: every parameter except `sign`, sorted by name, `k=v` joined by `&`, values as they
 * are. `sign_type` stays in. By the rule empty values stay out; `keepEmpty` keeps them, as one official client does.
 */
export function alipayRequestString(parameters: AlipayParameters, options: { keepEmpty?: boolean } = {}): string {
  return joined(parameters, (name, value) => name !== 'sign' && (options.keepEmpty === true || value !== ''))
}

/** The strings that a signer of this request may have meant, likeliest first: without empty values, then with them. */
export function alipayRequestStrings(parameters: AlipayParameters): string[] {
  return distinct([alipayRequestString(parameters), alipayRequestString(parameters, { keepEmpty: true })])
}

/** The string that a notification signs: like a request's, but without `sign_type` too (unless it is kept). */
export function alipayNotificationString(
  parameters: AlipayParameters,
  options: { keepEmpty?: boolean; keepSignType?: boolean } = {},
): string {
  return joined(
    parameters,
    (name, value) =>
      name !== 'sign' &&
      (options.keepSignType === true || name !== 'sign_type') &&
      (options.keepEmpty === true || value !== ''),
  )
}

/** The strings that a sender of this notification may have meant, likeliest first. */
export function alipayNotificationStrings(parameters: AlipayParameters): string[] {
  return distinct(
    [false, true].flatMap((keepEmpty) =>
      [false, true].map((keepSignType) => alipayNotificationString(parameters, { keepEmpty, keepSignType })),
    ),
  )
}

/**
 * The raw source text of a node in an answer, from its `{` to the matching `}`: exactly what was signed. The answer is
 * never parsed and printed again, so blanks, the order of keys and `\/` stay as they are.
 * @returns null when the answer has no such node at its top level
 */
export function alipayNode(answer: string, name: string): string | null {
  const key = JSON.stringify(name)
  let depth = 0
  for (let at = 0; at < answer.length; at++) {
    const character = answer[at]!
    if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth--
    else if (character === '"') {
      const end = endOfString(answer, at)
      if (end < 0) return null
      const colon = /^\s*:\s*/.exec(answer.slice(end, end + 64))
      if (depth === 1 && colon && answer.slice(at, end) === key) {
        return answer[end + colon[0].length] === '{' ? balanced(answer, end + colon[0].length) : null
      }
      at = end - 1
    }
  }
  return null
}

/** Signs a string (UTF-8) and answers standard base64. */
export async function signAlipay(text: string, privateKey: KeyObject): Promise<string> {
  return (await signRsa(Buffer.from(text), privateKey)).toString('base64')
}

/** Whether `sign` is this key's base64 signature over the string. False for anything else; never throws. */
export async function verifyAlipay(text: string, sign: string, publicKey: KeyObject): Promise<boolean> {
  const signature = decodeBase64(sign)
  return signature !== null && verifyRsa(Buffer.from(text), signature, publicKey)
}

/** Verifies a request. @returns the string that verified, or null. Never throws. */
export function verifyAlipayRequest(parameters: AlipayParameters, publicKey: KeyObject): Promise<string | null> {
  return firstThatVerifies(alipayRequestStrings(parameters), parameters['sign'] ?? '', publicKey)
}

/** Verifies a notification. @returns the string that verified, or null. Never throws. */
export function verifyAlipayNotification(parameters: AlipayParameters, publicKey: KeyObject): Promise<string | null> {
  return firstThatVerifies(alipayNotificationStrings(parameters), parameters['sign'] ?? '', publicKey)
}

/**
 * Verifies the node of an answer over its raw text; where that fails and the text holds slashes, once more with each
 * written `\/`, because some gateways sign before they escape. @returns the string that verified, or null.
 */
export function verifyAlipayNode(node: string, sign: string, publicKey: KeyObject): Promise<string | null> {
  const escaped = node.replace(/\\?\//g, '\\/')
  return firstThatVerifies(distinct([node, escaped]), sign, publicKey)
}

async function firstThatVerifies(texts: string[], sign: string, publicKey: KeyObject): Promise<string | null> {
  for (const text of texts) if (await verifyAlipay(text, sign, publicKey)) return text
  return null
}

function joined(parameters: AlipayParameters, keep: (name: string, value: string) => boolean): string {
  const pairs: string[] = []
  for (const name of Object.keys(parameters).sort()) {
    const value = parameters[name]!
    if (keep(name, value)) pairs.push(`${name}=${value}`)
  }
  return pairs.join('&')
}

const distinct = (texts: string[]): string[] => [...new Set(texts)]

/** Where the string that opens at `start` ends: the place behind its closing quote, or −1. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return -1
}

function balanced(text: string, start: number): string | null {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '"') {
      const end = endOfString(text, at)
      if (end < 0) return null
      at = end - 1
    } else if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return text.slice(start, at + 1)
  }
  return null
}
