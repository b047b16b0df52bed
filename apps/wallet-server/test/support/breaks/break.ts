/** One way to break a database on purpose: what is done to it, and every promise that it breaks. */
import type { MoneyWorld } from '../money-world.ts'

/** SQL with its parameters, which are known when the world is made. */
export type BreakingStatement = [sql: string, ...values: ((made: MoneyWorld) => unknown)[]]

/**
 * In words; what is done; and the first words of the promises that this breaks: none other may be reported.
 */
export type Break = [what: string, statements: BreakingStatement[], promises: string[]]

/** Writes into the row of an order. */
export const setOrder = (set: string, of: (made: MoneyWorld) => { tradeNo: string }): BreakingStatement => [
  `update orders set ${set} where trade_no = $1`,
  (made) => of(made).tradeNo,
]
