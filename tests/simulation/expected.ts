/**
 * What must have happened at least once in so many seeds: every call, every answer that can be brought about here, every
 * fault, every habit of the bank and of the merchants. What never happens is not tested.
 */
import { bankMoods } from './bank.ts'
import { receiverHabits } from './receivers.ts'
import { callKinds } from './steps.ts'

export const SEEDS_FOR_EVERYTHING = 200

const answers: Record<string, string[]> = {
  create: [
    'CREATED',
    'EXISTS',
    'ORDER_INCONSISTENT',
    'ORDER_CANCELLED',
    'CURRENCY_NOT_SUPPORTED',
    'MERCHANT_FROZEN',
    'UNKNOWN',
  ],
  confirm: [
    'SUCCEEDED',
    'PROCESSING',
    'ORDER_NOT_FOUND',
    'ORDER_PAID',
    'ORDER_CLOSED',
    'ORDER_EXPIRED',
    'ORDER_BUYER_MISMATCH',
    'AMOUNT_MISMATCH',
    'PAYMENT_PROCESSING',
    'BALANCE_NOT_ENOUGH',
    'PAYMENT_LIMIT_EXCEEDED',
    'DAY_LIMIT_EXCEEDED',
    'USER_FROZEN',
    'MERCHANT_FROZEN',
    'BANK_ACCOUNT_NOT_FOUND',
    'PIN_WRONG',
    'UNKNOWN',
  ],
  close: ['CLOSED', 'ORDER_PAID', 'ORDER_NOT_FOUND', 'UNKNOWN'],
  cancel: ['CLOSED', 'REFUNDED', 'ALREADY_CLOSED', 'REMEMBERED', 'ORDER_NOT_FOUND', 'ORDER_REFUNDED', 'UNKNOWN'],
  refund: [
    'SUCCEEDED',
    'PROCESSING',
    'FAILED',
    'ORDER_NOT_FOUND',
    'ORDER_NOT_PAID',
    'ORDER_CLOSED',
    'REFUND_INCONSISTENT',
    'REFUND_EXCEEDS_PAYMENT',
    'REFUND_WINDOW_OVER',
    'MERCHANT_BALANCE_NOT_ENOUGH',
    'MERCHANT_FROZEN',
    'UNKNOWN',
  ],
  'top-up': ['PROCESSING', 'SUCCEEDED', 'FAILED', 'TOP_UP_INCONSISTENT', 'BANK_ACCOUNT_NOT_FOUND', 'UNKNOWN'],
  give: ['SUCCEEDED', 'TOP_UP_INCONSISTENT', 'UNKNOWN'],
  'pay-out': [
    'PROCESSING',
    'SUCCEEDED',
    'FAILED',
    'PAY_OUT_INCONSISTENT',
    'MERCHANT_BALANCE_NOT_ENOUGH',
    'MERCHANT_FROZEN',
    'UNKNOWN',
  ],
  inquire: ['CREATED', 'PAID', 'CLOSED', 'ORDER_NOT_FOUND'],
  ask: ['DONE', 'UNKNOWN'],
  deliver: ['DONE', 'UNKNOWN'],
  push: ['DONE', 'UNKNOWN'],
}

export const expected: readonly string[] = [
  ...callKinds.map((kind) => `call: ${kind}`),
  ...Object.entries(answers).flatMap(([call, codes]) => codes.map((code) => `answer to ${call}: ${code}`)),
  ...['BEFORE', 'DURING', 'AFTER', 'CRASH'].flatMap((how) => [`fault: ${how} a commit`, `fault: ${how} a statement`]),
  'fault: claim over while sending',
  ...['2', '3', '4'].map((calls) => `at the same instant: ${calls}`),
  'lost answer: happened',
  'lost answer: changed nothing',
  ...bankMoods.map((mood) => `bank: ${mood}`),
  'bank: contradicted itself after the end',
  ...['PAYMENT', 'RETURN', 'REFUND', 'TOP_UP', 'PAY_OUT'].flatMap((purpose) => [
    `bank decided: ${purpose} SUCCEEDED`,
    `bank decided: ${purpose} FAILED`,
  ]),
  ...receiverHabits.map((habit) => `merchant: ${habit}`),
  'ended: EXPIRED',
]
