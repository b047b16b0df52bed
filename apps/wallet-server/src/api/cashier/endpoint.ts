/**
 * The shape of a cashier endpoint: one file each, given what they share.
 */
import { formatDecimal, type Money } from '@tradepay/money'
import type { FastifyInstance } from 'fastify'
import type { CashierRecording } from './recording.ts'
import type { CashierService } from './service.ts'

export type CashierEndpoint = (
  http: FastifyInstance,
  shared: { cashier: CashierService; recording: CashierRecording },
) => void

/** "12.50 CNY", for the notes of a timeline. */
export const inWords = (amount: Money): string => `${formatDecimal(amount)} ${amount.currency}`
