/** Languages and numbers: nothing untranslated, nothing rounded. */
import { refusals } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import { en } from './en.ts'
import { formatAmount, formatDuration } from './format.ts'
import { explain, pickLanguage } from './index.ts'
import { zh } from './zh.ts'

describe('the language', () => {
  it('is the first of the browser that we speak', () => {
    expect(pickLanguage(['fr-FR', 'zh-TW', 'en'])).toEqual({ locale: 'zh-TW', language: 'zh' })
    expect(pickLanguage(['en-GB'])).toEqual({ locale: 'en-GB', language: 'en' })
  })
  it('is English when we speak none', () => expect(pickLanguage(['tlh'])).toEqual({ locale: 'en', language: 'en' }))

  it('has as many words for marks as English: a mark is kept by number', () => {
    expect(zh.mark.adjectives).toHaveLength(en.mark.adjectives.length)
    expect(zh.mark.nouns).toHaveLength(en.mark.nouns.length)
    for (const words of [en.mark.adjectives, en.mark.nouns, zh.mark.adjectives, zh.mark.nouns]) {
      expect(new Set(words).size).toBe(words.length)
    }
  })

  it('leaves no text of the cashier in English', () => {
    for (const key of Object.keys(en.cashier) as (keyof typeof en.cashier)[]) {
      const [english, chinese] = [en.cashier[key], zh.cashier[key]]
      if (typeof english === 'string') expect(chinese, key).not.toBe(english)
    }
  })

  it('shows the words of the server where there are none of ours', () => {
    const { message, action } = refusals.PROGRAM_NOT_FOUND
    expect(explain({ code: 'PROGRAM_NOT_FOUND', message, action })).toMatchObject({ message, action })
  })
})

describe('an amount', () => {
  it('keeps yuan and yen apart', () => {
    const yuan = formatAmount({ currency: 'CNY', value: '1200' })
    const yen = formatAmount({ currency: 'JPY', value: '1200' })
    expect(yuan).toMatch(/12\.00/)
    expect(yen).toMatch(/1,200/)
    expect(yuan.replace(/[\d.,]/g, '')).not.toBe(yen.replace(/[\d.,]/g, ''))
  })
  it('is exact where a float is not', () => {
    expect(formatAmount({ currency: 'USD', value: '9007199254740993' })).toContain('90,071,992,547,409.93')
  })
  it('is shown as it came when the currency is none', () => {
    expect(formatAmount({ currency: 'XXX', value: '12' })).toBe('XXX 12')
  })
})

describe('a duration', () => {
  it.each([
    [-5, '0:00'],
    [999, '0:01'],
    [61_000, '1:01'],
    [15 * 60_000, '15:00'],
    [3_600_000 + 5 * 60_000, '1 h 05 min'],
  ])('of %i ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
})
