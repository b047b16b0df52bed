/** Amounts and times as this user reads them. */
import { MoneyError, formatDecimal, minorDigits, parseMinor } from '@tradepay/money'
import type { Amount } from '@tradepay/contract'
import { locale, t } from './index.ts'

/**
 * "CN¥12.50", "€12.50": the symbol as the locale tells it apart from others, because a wallet may hold yuan and yen
 * and both are ¥. A currency that this app does not know is shown as it came: code and smallest units.
 */
export function formatAmount(amount: Amount): string {
  try {
    const decimal = formatDecimal(parseMinor(amount.currency, amount.value))
    const digits = minorDigits(amount.currency)
    const format = new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: amount.currency,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
    // Intl formats decimal text exactly (ES2023); the type of the standard library still asks for a number.
    return format.format(decimal as unknown as number)
  } catch (error) {
    if (error instanceof MoneyError) return `${amount.currency} ${amount.value}`
    throw error
  }
}

const timeFormat = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' })
const dayFormat = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' })
const momentFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' })
const dayTimeFormat = new Intl.DateTimeFormat(locale, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
})

/** "14:05" */
export const formatTime = (at: number | string): string => timeFormat.format(new Date(at))
/** "22 Nov, 14:05" */
export const formatDayTime = (at: number | string): string => dayTimeFormat.format(new Date(at))
/** "22 Nov 2026, 14:05:09" */
export const formatMoment = (at: number | string): string => momentFormat.format(new Date(at))

const dayOf = (at: Date): string => at.toDateString()

/** "Today", "Yesterday", or "Sunday 22 November". */
export function formatDay(at: string, now: number): string {
  const day = new Date(at)
  if (dayOf(day) === dayOf(new Date(now))) return t.wallet.today
  if (dayOf(day) === dayOf(new Date(now - 24 * 60 * 60 * 1000))) return t.wallet.yesterday
  return dayFormat.format(day)
}

/** A time to go: "14:59" below an hour, "2 h 05 min" above. Never below zero. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const two = (n: number): string => String(n).padStart(2, '0')
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return t.duration.hours(Math.floor(minutes / 60), two(minutes % 60))
}
