/**
 * The language of this visit: the first of the browser's languages that we speak, else English. Chosen once; numbers
 * and dates follow the browser's own regional variant of it.
 */
import { en, type Explained, type Messages } from './en.ts'
import { zh } from './zh.ts'

const languages: Record<string, Messages> = { en, zh }

/** Picks from the browser's languages, best first. */
export function pickLanguage(wanted: readonly string[]): { locale: string; language: string } {
  for (const locale of wanted) {
    const language = locale.toLowerCase().split('-')[0] ?? ''
    if (language in languages) return { locale, language }
  }
  return { locale: 'en', language: 'en' }
}

const picked = pickLanguage(globalThis.navigator?.languages ?? [])

/** For Intl: "en-GB", "zh-CN". */
export const locale = picked.locale
export const t: Messages = languages[picked.language]!
/** Languages written from right to left mirror the page; the style sheets use logical directions only. */
export const direction = ['ar', 'he', 'fa', 'ur'].includes(picked.language) ? 'rtl' : 'ltr'

/** A refusal or loss in the user's language; the server's words where there is no translation. */
export const explain = (problem: { code: string; message: string; action: string }): Explained =>
  (t.refusals as Record<string, Explained | undefined>)[problem.code] ?? problem
