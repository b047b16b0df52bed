/**
 * Which bill is asked for: its type, and a day or month that is over. Days are those of the wallet's time zone, as on its
 * statements. Source: alipay-openapi §6.7.
 */
import { alipayBillTypes } from '@tradepay/contract'
import { dayOf, isDay, nextDay } from '../../day.ts'
import { GatewayRefusal } from './errors.ts'

/** The types of bills that this wallet makes. */
export type BillType = 'trade' | 'signcustomer'

/** @throws GatewayRefusal INVAILID_ARGUMENTS, TYPE_NOT_SUPPORTED */
export function readBillType(text: string): BillType {
  if (text === 'trade' || text === 'signcustomer') return text
  if (alipayBillTypes.some((type) => type === text)) {
    throw new GatewayRefusal('TYPE_NOT_SUPPORTED', 'bill_type is trade or signcustomer here.')
  }
  throw new GatewayRefusal('INVAILID_ARGUMENTS', `bill_type is one of ${alipayBillTypes.join(', ')}.`)
}

/**
 * The days of a bill, in their order.
 * @param date `yyyy-MM-dd` or `yyyy-MM`
 * @throws GatewayRefusal INVAILID_ARGUMENTS (no day or month of the calendar), BILL_NOT_EXIST (it is not over)
 */
export function daysOf(date: string, now: Date, timeZone: string): string[] {
  const first = date.length === 7 ? `${date}-01` : date
  if (!isDay(first)) throw new GatewayRefusal('INVAILID_ARGUMENTS', 'bill_date is a day yyyy-MM-dd or a month yyyy-MM.')
  const days = [first]
  if (date.length === 7) {
    for (let day = nextDay(first); day.startsWith(date); day = nextDay(day)) days.push(day)
  }
  if (days.at(-1)! >= dayOf(now, timeZone)) {
    throw new GatewayRefusal('BILL_NOT_EXIST', `There is a bill when the day or month is over (${timeZone}).`)
  }
  return days
}
