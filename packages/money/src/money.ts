/**
 * The amount itself: made, read from text, and written as text. Every reader either returns an exact amount or
 * throws MoneyError saying what was wrong and what was expected; nothing is ever rounded.
 */
import { isCurrency, minorDigits, type Currency } from './currencies.ts'

/** A whole number of the smallest unit of one currency: `{ currency: 'CNY', minor: 1250n }` is 12.50 yuan. */
export interface Money {
  readonly currency: Currency
  readonly minor: bigint
}

/** Why a text is not an amount. `reason` is for programs, the message for people. */
export class MoneyError extends Error {
  override name = 'MoneyError'
  constructor(
    readonly reason: 'UNKNOWN_CURRENCY' | 'NOT_A_NUMBER' | 'TOO_PRECISE' | 'TOO_LARGE',
    message: string,
  ) {
    super(message)
  }
}

/** The largest amount, in smallest units: 16 digits, as the super-app wallets limit it, and far inside a bigint column. */
const MAX_MINOR = 9_999_999_999_999_999n

/**
 * Makes an amount.
 * @throws MoneyError for an unknown currency, a negative amount, or more than 16 digits.
 */
export function money(currency: Currency, minor: bigint): Money {
  if (!isCurrency(currency)) {
    throw new MoneyError('UNKNOWN_CURRENCY', `"${currency}" is not an ISO 4217 currency code, such as CNY or USD.`)
  }
  if (minor < 0n) throw new MoneyError('NOT_A_NUMBER', 'An amount is not negative.')
  if (minor > MAX_MINOR)
    throw new MoneyError('TOO_LARGE', `An amount has at most 16 digits; got ${String(minor).length}.`)
  return { currency, minor }
}

/**
 * Reads a whole number of smallest units, as the super-app API sends it: digits only, no sign, no point, no
 * leading zero ("1250", not "12.50", "+1250" or "01250").
 */
export function parseMinor(currency: Currency, text: string): Money {
  if (!/^(0|[1-9][0-9]*)$/.test(text)) {
    throw new MoneyError(
      'NOT_A_NUMBER',
      `An amount is a whole number of the smallest unit, digits only, such as "1250"; got "${shorten(text)}".`,
    )
  }
  if (text.length > 16) throw new MoneyError('TOO_LARGE', `An amount has at most 16 digits; got ${text.length}.`)
  return money(currency, BigInt(text))
}

/**
 * Reads decimal text, as the Alipay API sends it: "12.5" and "12.50" are the same amount.
 * @throws MoneyError TOO_PRECISE when there are more decimals than the currency has ("0.001" yuan).
 */
export function parseDecimal(currency: Currency, text: string): Money {
  const match = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text)
  if (!match) {
    throw new MoneyError('NOT_A_NUMBER', `An amount is a decimal number such as "12.50"; got "${shorten(text)}".`)
  }
  const [, whole = '0', fraction = ''] = match
  const digits = minorDigits(money(currency, 0n).currency)
  if (fraction.length > digits) {
    throw new MoneyError(
      'TOO_PRECISE',
      `${currency} has ${digits} decimals; "${shorten(text)}" has ${fraction.length}.`,
    )
  }
  if (whole.length > 16) throw new MoneyError('TOO_LARGE', `An amount has at most 16 digits; got ${whole.length}.`)
  return money(currency, BigInt(whole + fraction.padEnd(digits, '0')))
}

/** Writes decimal text with all decimals of the currency: 1250 fen is "12.50", 1250 yen is "1250". Takes negatives. */
export function formatDecimal({ currency, minor }: Money): string {
  const digits = minorDigits(currency)
  const sign = minor < 0n ? '-' : ''
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** Writes an amount for a person, by the locale's own rules, without going through a float: "¥12.50", "12,50 €". */
export function formatMoney(amount: Money, locale = 'en'): string {
  const digits = minorDigits(amount.currency)
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: amount.currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // Intl formats a decimal string exactly (ES2023); the type of the standard library still asks for a number.
  return format.format(formatDecimal(amount) as unknown as number)
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
