/**
 * Amounts of money.
 *
 * An amount is a whole number of the currency's smallest unit (bigint) and an ISO 4217 code. There is no float
 * anywhere: text is read digit by digit, decimal text exists only at the edges (the Alipay doors, the screen).
 */
export { currencies, isCurrency, minorDigits, type Currency } from './currencies.ts'
export { money, parseMinor, parseDecimal, formatDecimal, formatMoney, MoneyError, type Money } from './money.ts'
