/** Reads an amount that a person has typed, digit by digit in its currency: no float, no guess at separators. */
import type { Amount } from '@tradepay/contract'
import { MoneyError, parseDecimal, parseMinor } from '@tradepay/money'

/** Reads what was typed; null when it is no amount above zero of this currency. */
export function readTyped(currency: string, text: string): Amount | null {
  try {
    const { minor } = parseDecimal(currency, text.trim())
    // Also checks that it is not longer than what travels.
    return minor > 0n ? { currency, value: String(parseMinor(currency, String(minor)).minor) } : null
  } catch (error) {
    if (error instanceof MoneyError) return null
    throw error
  }
}
