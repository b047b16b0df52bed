/**
 * What `verify` tells beside broken promises: money that still waits for the bank, with its age, and answers of the bank
 * that contradict each other. Neither is wrong by itself; both may need a person.
 */
import type { Question } from './questions.ts'

export interface Notice {
  kind: 'PENDING' | 'CONTRADICTION'
  message: string
  /** Oldest first, at most 20. `total` is how many there are in all. Every value as text, but the age. */
  rows: ({ ageSeconds: number } & Record<string, string | number | null>)[]
}

/** What is counted in a report, and the table it lies in. */
export const countedTables = {
  accounts: 'accounts',
  transfers: 'transfers',
  orders: 'orders',
  payments: 'payments',
  refunds: 'refunds',
  fundings: 'fundings',
  topUps: 'top_ups',
  payOuts: 'pay_outs',
  notifications: 'notifications',
} as const

/** Each query answers `since`, which the age is reckoned from. */
export const notices: readonly (Question & { kind: Notice['kind']; message: string })[] = [
  {
    kind: 'PENDING',
    message: 'The bank has not answered yet; the money is reserved.',
    sql: `select funding_id, purpose, subject_id, amount, currency, attempts, due_at, created_at as since,
        count(*) over () as total
      from fundings where state = 'PROCESSING' order by created_at, funding_id`,
  },
  {
    kind: 'CONTRADICTION',
    message: 'The bank said something else after its final answer; no money was moved for it.',
    sql: `select funding_id, purpose, subject_id, amount, currency, state, failure, contradicted_at as since,
        count(*) over () as total
      from fundings where contradicted_at is not null order by contradicted_at, funding_id`,
  },
]
