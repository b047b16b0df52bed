/**
 * Amounts of the Alipay family: yuan with at most two decimals, as text or as a JSON number, 0.01 to 100000000. Read
 * digit by digit from the source text, never as a float. Source: alipay-openapi §5.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import { MoneyError, parseDecimal, type Money } from '@tradepay/money'

/** The currency of this door. */
export const CURRENCY = 'CNY'
const MAX_MINOR = 10_000_000_000n

/**
 * @param source the JSON text that the value was parsed from: what was written there decides, not what a float made of it
 * @throws WalletError INVALID_PARAMETER, AMOUNT_OUT_OF_RANGE
 */
export function readYuan(field: string, value: string | number, source: string): Money {
  const texts = typeof value === 'string' ? [value] : [String(value), ...writtenNumbers(field, value, source)]
  const amounts = texts.map((text) => parseYuan(field, text))
  return amounts[0]!
}

function parseYuan(field: string, text: string): Money {
  let amount: Money
  try {
    amount = parseDecimal(CURRENCY, text)
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error
    if (error.reason === 'TOO_LARGE') throw outOfRange(field)
    throw invalidParameter(field, 'an amount in yuan with at most 2 decimals, such as "12.50"')
  }
  if (amount.minor < 1n || amount.minor > MAX_MINOR) throw outOfRange(field)
  return amount
}

/** How the number stands in the source, wherever a member of this name became this very number. */
function writtenNumbers(field: string, value: number, source: string): string[] {
  const written = source.matchAll(new RegExp(`"${field}"\\s*:\\s*(-?[0-9.]+)(?![0-9.eE+-])`, 'g'))
  return [...written].map((match) => match[1]!).filter((text) => Number(text) === value)
}

const outOfRange = (field: string): WalletError =>
  new WalletError('AMOUNT_OUT_OF_RANGE', { field }, `"${field}" is from 0.01 to 100000000.00 yuan.`)
