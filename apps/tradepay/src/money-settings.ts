/**
 * Settings of `tradepay serve` that say what people may pay, how long refunds are possible, and which bank the wallet is
 * connected to. Each is optional; one that is there and wrong keeps the server from starting.
 */
import { isCurrency } from '@tradepay/money'
import type { PaymentLimits } from '@tradepay/wallet-server'

export interface MoneySettings {
  /** Null for a wallet without a bank: then there are balances only. */
  bank: { url: string; key: string } | null
  /** Absent takes the server's default. */
  refundWindowSeconds: number | undefined
  paymentLimits: Readonly<Record<string, PaymentLimits>>
}

type Environment = Readonly<Record<string, string | undefined>>

const KEY_MIN_LENGTH = 32
const REFUND_WINDOW_DAYS_MAX = 3650
const DAY_SECONDS = 24 * 60 * 60

const bankUrlAbout =
  "the bank's address, https://bank.example (http only on this machine), together with TRADEPAY_BANK_KEY"
const bankKeyAbout = `secret of at least ${KEY_MIN_LENGTH} printable characters that the wallet and the bank show each other, together with TRADEPAY_BANK_URL`
const windowAbout = `days after a payment in which it can be refunded, 1 to ${REFUND_WINDOW_DAYS_MAX}`
const limitsAbout =
  'what a user may pay, in the smallest unit by currency: {"CNY":{"perPayment":"500000","perDay":null}}; null is no limit'

/** What is wrong with them, a line each; never repeats a value. */
export function moneyProblems(environment: Environment): string[] {
  const url = environment['TRADEPAY_BANK_URL']
  const key = environment['TRADEPAY_BANK_KEY']
  const window = environment['TRADEPAY_REFUND_WINDOW_DAYS']
  const limits = environment['TRADEPAY_PAYMENT_LIMITS']
  return [
    ...(key && !url ? [`  TRADEPAY_BANK_URL is missing: ${bankUrlAbout}`] : []),
    ...(url && !isBankUrl(url) ? [`  TRADEPAY_BANK_URL is not an address of a bank: ${bankUrlAbout}`] : []),
    ...(url && !key ? [`  TRADEPAY_BANK_KEY is missing: ${bankKeyAbout}`] : []),
    ...(key && !isKey(key) ? [`  TRADEPAY_BANK_KEY is too short or not printable: ${bankKeyAbout}`] : []),
    ...(window && readDays(window) === null
      ? [`  TRADEPAY_REFUND_WINDOW_DAYS is no number of days: ${windowAbout}`]
      : []),
    ...(limits && readLimits(limits) === null ? [`  TRADEPAY_PAYMENT_LIMITS is not understood: ${limitsAbout}`] : []),
  ]
}

/** Reads them. The caller has made sure that `moneyProblems` is empty. */
export function readMoneySettings(environment: Environment): MoneySettings {
  const url = environment['TRADEPAY_BANK_URL']
  const key = environment['TRADEPAY_BANK_KEY']
  const days = readDays(environment['TRADEPAY_REFUND_WINDOW_DAYS'] ?? '')
  return {
    bank: url && key ? { url: url.replace(/\/+$/, ''), key } : null,
    refundWindowSeconds: days === null ? undefined : days * DAY_SECONDS,
    paymentLimits: readLimits(environment['TRADEPAY_PAYMENT_LIMITS'] || '{}') ?? {},
  }
}

function isBankUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const own = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  const safe = url.protocol === 'https:' || (url.protocol === 'http:' && own)
  return safe && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
}

const isKey = (text: string): boolean => text.length >= KEY_MIN_LENGTH && /^[\x21-\x7e]+$/.test(text)

function readDays(text: string): number | null {
  if (!/^[1-9][0-9]{0,3}$/.test(text)) return null
  const days = Number(text)
  return days <= REFUND_WINDOW_DAYS_MAX ? days : null
}

function readLimits(text: string): Record<string, PaymentLimits> | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(value)) return null
  const limits: Record<string, PaymentLimits> = {}
  for (const [currency, each] of Object.entries(value)) {
    if (!isCurrency(currency) || !isRecord(each)) return null
    const { perPayment, perDay, ...others } = each
    const [payment, day] = [readMinor(perPayment), readMinor(perDay)]
    if (payment === undefined || day === undefined || Object.keys(others).length > 0) return null
    limits[currency] = { perPayment: payment, perDay: day }
  }
  return limits
}

/** A whole number of the smallest unit as text, or null for no limit; undefined for anything else. */
function readMinor(value: unknown): bigint | null | undefined {
  if (value === null) return null
  return typeof value === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(value) ? BigInt(value) : undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
