/**
 * What must be true of all money after whatever a test has done to it: every promise that `verify` checks, and that money
 * has neither come from nowhere nor gone there, reckoned without the ledger.
 */
import { expect } from 'vitest'
import { verify } from '../../src/verify/verify.ts'
import type { TestDatabase } from './database.ts'
import { WALLET_AT_BANK, type FakeBank } from './fake-bank.ts'

/**
 * Every promise holds, and what users and merchants have, with the fees of the orders, is what was given to users and what
 * the bank holds for the wallet. For when nothing waits for the bank any more, and in one currency.
 */
export async function expectSound({ database, bank }: { database: TestDatabase; bank: FakeBank }): Promise<void> {
  expect((await verify(database.pool)).violations).toEqual([])
  const { rows } = await database.pool.query<Record<'held' | 'fees' | 'given' | 'waiting', bigint>>(
    `select
      (select coalesce(sum(credits_posted - debits_posted), 0)::bigint from accounts where not computed) as held,
      (select coalesce(sum(fee - fee_refunded), 0)::bigint from orders where state = 'PAID') as fees,
      (select coalesce(sum(amount), 0)::bigint from top_ups where bank_account_id is null) as given,
      (select count(*) from fundings where state = 'PROCESSING') as waiting`,
  )
  const { held, fees, given, waiting } = rows[0]!
  expect(waiting, 'nothing waits for the bank').toBe(0n)
  expect(held + fees, 'what everybody has, and the fees').toBe(given + bank.balance(WALLET_AT_BANK))
}
