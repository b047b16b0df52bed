/**
 * Amounts on this wire: whole numbers of the smallest unit, read from text or a JSON number, always sent as text.
 * Source: superapp-payment-api §6.1.
 */
import { invalidParameter, WalletError, type SuperappAmount } from '@tradepay/contract'
import { MoneyError, parseMinor, type Money } from '@tradepay/money'

/** @throws WalletError CURRENCY_NOT_SUPPORTED, AMOUNT_OUT_OF_RANGE (more than 16 digits), INVALID_PARAMETER, naming the field */
export function readAmount(field: string, { currency, value }: SuperappAmount): Money {
  const expected = 'a positive whole number of the smallest unit as text, such as "1250"'
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw invalidParameter(`${field}.value`, expected)
  try {
    const amount = parseMinor(currency, String(value))
    if (amount.minor === 0n) throw invalidParameter(`${field}.value`, expected)
    return amount
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error
    if (error.reason === 'UNKNOWN_CURRENCY') {
      throw new WalletError('CURRENCY_NOT_SUPPORTED', { field: `${field}.currency` }, error.message)
    }
    if (error.reason === 'TOO_LARGE') {
      throw new WalletError('AMOUNT_OUT_OF_RANGE', { field: `${field}.value` }, error.message)
    }
    throw invalidParameter(`${field}.value`, expected)
  }
}

export const sentAmount = ({ currency, minor }: Money): { currency: string; value: string } => ({
  currency,
  value: String(minor),
})

/** An amount in what a number stands for. */
export const keyAmount = ({ currency, minor }: Money): string => `${currency} ${minor}`
