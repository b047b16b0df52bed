/**
 * Reads values of the super-app family's JSON, once a message is verified. Nothing is guessed: what is not as the
 * protocol says is reported by name. Source: superapp-payment-api §4, §6.1, §6.6.
 */
import { MoneyError, parseMinor, type Money } from '@tradepay/money'

/** A verified message says something this package does not understand. */
export class NotUnderstood extends Error {
  override name = 'NotUnderstood'
}

export type JsonObject = Readonly<Record<string, unknown>>

export function parseObject(body: Buffer): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new NotUnderstood('The body is not JSON.')
  }
  return asObject(value, 'The body')
}

export function asObject(value: unknown, name: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NotUnderstood(`${name} is not an object.`)
  }
  return value as JsonObject
}

/** A text that must be there, of at most 64 characters unless told otherwise. */
export function readText(object: JsonObject, name: string, maxLength = 64): string {
  const value = object[name]
  if (typeof value !== 'string' || value === '' || value.length > maxLength) {
    throw new NotUnderstood(`"${name}" is not a text of 1 to ${maxLength} characters.`)
  }
  return value
}

/** A text that may be missing or null. */
export function readOptionalText(object: JsonObject, name: string, maxLength = 256): string | null {
  return object[name] === undefined || object[name] === null || object[name] === ''
    ? null
    : readText(object, name, maxLength)
}

/** `{ currency, value }`, the value as text or, as some wallets send it, a whole number. */
export function readAmount(object: JsonObject, name: string): Money {
  const amount = asObject(object[name], `"${name}"`)
  const value = Number.isSafeInteger(amount['value']) ? String(amount['value']) : amount['value']
  if (typeof value !== 'string') throw new NotUnderstood(`"${name}.value" is not a whole number in text.`)
  try {
    return parseMinor(readText(amount, 'currency', 3), value)
  } catch (error) {
    if (error instanceof MoneyError) throw new NotUnderstood(`"${name}": ${error.message}`)
    throw error
  }
}

/** A time that must be there. */
export function readTime(object: JsonObject, name: string): Date {
  const time = new Date(readText(object, name))
  if (Number.isNaN(time.getTime())) throw new NotUnderstood(`"${name}" is not an ISO 8601 time.`)
  return time
}

/** A time that may be missing or null. */
export function readOptionalTime(object: JsonObject, name: string): Date | null {
  return readOptionalText(object, name, 64) === null ? null : readTime(object, name)
}

export interface Result {
  status: 'S' | 'A' | 'F' | 'U'
  code: string
  message: string
}

export function readResult(object: JsonObject, name = 'result'): Result {
  const result = asObject(object[name], `"${name}"`)
  const status = readText(result, 'resultStatus', 1)
  if (status !== 'S' && status !== 'A' && status !== 'F' && status !== 'U') {
    throw new NotUnderstood(`"${name}.resultStatus" is none of S, A, F, U.`)
  }
  return {
    status,
    code: readText(result, 'resultCode'),
    message: readOptionalText(result, 'resultMessage', 1024) ?? '',
  }
}
