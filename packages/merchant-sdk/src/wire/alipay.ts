/**
 * Reads and writes values as the Alipay family spells them: amounts as decimal text, times as `yyyy-MM-dd HH:mm:ss` in
 * GMT+8. Nothing is guessed. Source: alipay-openapi §5.
 */
import { MoneyError, parseDecimal, type Currency, type Money } from '@tradepay/money'
import { NotUnderstood, readOptionalText, type JsonObject } from './json.ts'

/** The family speaks of yuan. */
export const YUAN: Currency = 'CNY'

const GMT8_MS = 8 * 3_600_000

/** Writes a time, to the second. */
export function formatGmt8(time: Date): string {
  return new Date(time.getTime() + GMT8_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** Reads a time, with or without milliseconds. @throws NotUnderstood */
export function parseGmt8(text: string, name: string): Date {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,3})?$/.exec(text)
  const [, day = '', clock = '', fraction = ''] = match ?? []
  const local = Date.parse(`${day}T${clock}${fraction}Z`)
  // Date turns 31 February into March: what does not come back as it was is no time.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${day}T${clock}`)) {
    throw new NotUnderstood(`"${name}" is not a time yyyy-MM-dd HH:mm:ss.`)
  }
  return new Date(local - GMT8_MS)
}

/** A time that may be missing. */
export function readOptionalGmt8(object: JsonObject, name: string): Date | null {
  const text = readOptionalText(object, name, 64)
  return text === null ? null : parseGmt8(text, name)
}

/** An amount as decimal text. @throws NotUnderstood when it is missing or is none */
export function readDecimal(object: JsonObject, name: string, currency: Currency = YUAN): Money {
  const text = object[name]
  if (typeof text !== 'string') throw new NotUnderstood(`"${name}" is not an amount in text.`)
  try {
    return parseDecimal(currency, text)
  } catch (error) {
    if (error instanceof MoneyError) throw new NotUnderstood(`"${name}": ${error.message}`)
    throw error
  }
}
