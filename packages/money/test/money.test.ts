/** Amounts: exact in, exact out, and everything else refused with a reason. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  currencies,
  formatDecimal,
  formatMoney,
  minorDigits,
  money,
  MoneyError,
  parseDecimal,
  parseMinor,
} from '../src/index.ts'

const reasonOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof MoneyError) return error.reason
    throw error
  }
  return 'no refusal'
}

describe('whole numbers of the smallest unit', () => {
  it('are read exactly up to 16 digits', () => {
    expect(parseMinor('CNY', '1250')).toEqual({ currency: 'CNY', minor: 1250n })
    expect(parseMinor('CNY', '9999999999999999').minor).toBe(9_999_999_999_999_999n)
    expect(parseMinor('JPY', '0').minor).toBe(0n)
  })

  it.each([
    '',
    ' ',
    '1.00',
    '-1',
    '+1',
    '01',
    '1e3',
    '0x10',
    '１２',
    '1 000',
    'NaN',
    'Infinity',
    '1\n',
    "1'; drop table orders",
  ])('refuse %j', (text) => expect(reasonOf(() => parseMinor('CNY', text))).toBe('NOT_A_NUMBER'))

  it('refuse a seventeenth digit', () =>
    expect(reasonOf(() => parseMinor('CNY', '10000000000000000'))).toBe('TOO_LARGE'))
  it.each(['cny', 'XXX', 'XAU', '', 'CN', 'CNYY', '__proto__'])('refuse the currency %j', (currency) =>
    expect(reasonOf(() => parseMinor(currency, '1'))).toBe('UNKNOWN_CURRENCY'),
  )
})

describe('decimal text', () => {
  it.each([
    ['CNY', '12.5', 1250n],
    ['CNY', '12.50', 1250n],
    ['CNY', '0.01', 1n],
    ['CNY', '100000000', 10_000_000_000n],
    ['JPY', '1250', 1250n],
    ['IQD', '150.000', 150_000n],
    ['CLF', '1.0001', 10_001n],
  ])('%s %s is %s smallest units', (currency, text, minor) => expect(parseDecimal(currency, text).minor).toBe(minor))

  it.each([
    ['CNY', '0.001'],
    ['CNY', '12.500'],
    ['JPY', '1.0'],
    ['IQD', '1.0000'],
  ])('with more decimals than %s has is refused: %s', (currency, text) =>
    expect(reasonOf(() => parseDecimal(currency, text))).toBe('TOO_PRECISE'),
  )

  it.each(['', '.5', '5.', '-1', '+1', '1,5', '1e2', '00.1', 'NaN', '1.2.3', ' 1', '1 '])('refuses %j', (text) =>
    expect(reasonOf(() => parseDecimal('CNY', text))).toBe('NOT_A_NUMBER'),
  )

  it('refuses an unknown currency', () => expect(reasonOf(() => parseDecimal('ABC', '1'))).toBe('UNKNOWN_CURRENCY'))
  it('refuses an amount of more than 16 digits', () =>
    expect([16, 17].map((digits) => reasonOf(() => parseDecimal('CNY', '1'.repeat(digits))))).toEqual([
      'TOO_LARGE',
      'TOO_LARGE',
    ]))
})

it('what is written is read back as the same amount, for every currency', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...currencies.keys()),
      fc.bigInt({ min: 0n, max: 9_999_999_999_999_999n }),
      (currency, minor) => {
        const amount = money(currency, minor)
        expect(parseDecimal(currency, formatDecimal(amount))).toEqual(amount)
        expect(parseMinor(currency, minor.toString())).toEqual(amount)
      },
    ),
  )
})

it('a negative amount cannot be made, but a difference can be written', () => {
  expect(reasonOf(() => money('CNY', -1n))).toBe('NOT_A_NUMBER')
  expect(formatDecimal({ currency: 'CNY', minor: -5n })).toBe('-0.05')
})

it('a person reads an amount in their own way, digit for digit', () => {
  expect(formatMoney(money('CNY', 9_999_999_999_999_999n), 'zh')).toBe('¥99,999,999,999,999.99')
  expect(formatMoney(money('JPY', 1250n), 'en')).toBe('¥1,250')
  expect(formatMoney(money('EUR', 1250n), 'de')).toMatch(/^12,50\s€$/)
})

it('asking for the digits of an unknown currency is a mistake of the program', () => {
  expect(() => minorDigits('ABC')).toThrow(RangeError)
})

describe('a refusal says what was wrong and what was expected', () => {
  const long = '1'.repeat(40)
  it.each([
    [() => money('XXX', 1n), '"XXX" is not an ISO 4217 currency code, such as CNY or USD.'],
    [() => money('CNY', -1n), 'An amount is not negative.'],
    [() => money('CNY', 10n ** 16n), 'An amount has at most 16 digits; got 17.'],
    [
      () => parseMinor('CNY', '1.5'),
      'An amount is a whole number of the smallest unit, digits only, such as "1250"; got "1.5".',
    ],
    [() => parseMinor('CNY', '12345678901234567'), 'An amount has at most 16 digits; got 17.'],
    [() => parseDecimal('CNY', '1,5'), 'An amount is a decimal number such as "12.50"; got "1,5".'],
    [() => parseDecimal('CNY', '1.005'), 'CNY has 2 decimals; "1.005" has 3.'],
    [() => parseDecimal('JPY', '12345678901234567'), 'An amount has at most 16 digits; got 17.'],
    [() => minorDigits('XXX'), '"XXX" is not an ISO 4217 currency with a smallest unit.'],
    // Of a long text only the beginning is told.
    [() => parseMinor('CNY', `${long}x`), `such as "1250"; got "${long}…".`],
    [() => parseMinor('CNY', `${long.slice(1)}x`), `such as "1250"; got "${long.slice(1)}x".`],
  ])('%s', (act, message) => {
    expect(act).toThrow(message)
  })

  it('and names itself, so that it is known in a log', () => {
    expect(new MoneyError('TOO_LARGE', 'too large').name).toBe('MoneyError')
  })
})

it('without a locale a person reads English', () => {
  expect(formatMoney(money('CNY', 123_450n))).toBe('¥1,234.50')
  expect(formatMoney(money('EUR', 123_450n))).toBe('€1,234.50')
})

it('the currencies are the codes in circulation, each with its digits', () => {
  expect(currencies.size).toBeGreaterThan(160)
  expect([minorDigits('JPY'), minorDigits('CNY'), minorDigits('KWD'), minorDigits('CLF')]).toEqual([0, 2, 3, 4])
})
