/**
 * The ISO 4217 currencies in circulation and how many decimal digits their smallest unit has.
 *
 * Source: ISO 4217 list one (minor unit column). Codes without a minor unit (metals, test codes) are left out:
 * nothing can be priced in them here.
 */
const byDigits = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF ' +
    'CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF ' +
    'IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN ' +
    'MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS ' +
    'SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
} as const

/** An ISO 4217 code, three capital letters. */
export type Currency = string

/** Every known code with the number of decimal digits of its smallest unit (JPY 0, CNY 2, IQD 3). */
export const currencies: ReadonlyMap<Currency, number> = new Map(
  Object.entries(byDigits).flatMap(([digits, codes]) =>
    codes.split(' ').map((code): [Currency, number] => [code, Number(digits)]),
  ),
)

/** True when the text is a currency that amounts can be held in. Case matters: `cny` is not a currency. */
export function isCurrency(code: string): boolean {
  return currencies.has(code)
}

/**
 * Decimal digits of the currency's smallest unit.
 * @throws RangeError for an unknown code; ask {@link isCurrency} first about a stranger's text.
 */
export function minorDigits(currency: Currency): number {
  const digits = currencies.get(currency)
  if (digits === undefined) throw new RangeError(`"${currency}" is not an ISO 4217 currency with a smallest unit.`)
  return digits
}
