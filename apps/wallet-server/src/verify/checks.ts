/**
 * What must hold between the rooms (I3, I4, I5, I7, I8, I9, I10). The ledger knows nothing of orders, so the promises that
 * join both are kept here, above it.
 *
 * The database refuses many of these by its own constraints; they are asked again because a constraint can be dropped, an
 * index can be damaged, and a hand with too many rights can write. Every check is one query that answers the rows which break
 * it: set-based, each table read a counted number of times, so that tens of millions of rows are a matter of minutes.
 */
import type { Check } from '../ledger/verify.ts'
import { bankChecks } from './bank.ts'
import { notificationChecks } from './notifications.ts'
import { numberChecks } from './numbers.ts'
import { orderChecks } from './orders.ts'
import { paymentChecks } from './payments.ts'
import { refundChecks } from './refunds.ts'
import { statementChecks } from './statement.ts'

export const roomChecks: readonly Check[] = [
  ...refundChecks,
  ...orderChecks,
  ...notificationChecks,
  ...numberChecks,
  ...statementChecks,
  ...paymentChecks,
  ...bankChecks,
]
