/**
 * Amounts at the JSON doors: whole smallest units as text on the wire, `Money` inside.
 */
import { invalidParameter, type Amount } from '@tradepay/contract'
import { MoneyError, parseMinor, type Money } from '@tradepay/money'

export function toAmount({ currency, minor }: Money): Amount {
  return { currency, value: String(minor) }
}

/** @throws WalletError INVALID_PARAMETER naming the field */
export function readAmount({ currency, value }: Amount, field: string): Money {
  try {
    return parseMinor(currency, value)
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error
    if (error.reason === 'UNKNOWN_CURRENCY') throw invalidParameter(`${field}.currency`, 'an ISO 4217 code such as CNY')
    throw invalidParameter(`${field}.value`, 'a whole number of the smallest unit, at most 16 digits, such as "1250"')
  }
}
