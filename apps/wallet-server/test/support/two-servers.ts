/**
 * Two servers on one database, as in production: each has its own rooms, connections, clock and chance, and they share
 * the bank. What is written through one is seen by the other only through the database.
 */
import { createPool } from '../../src/db/pool.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import type { FakeBank } from './fake-bank.ts'
import { createTestWorld, type TestWorld } from './world.ts'

export interface TwoServers {
  database: TestDatabase
  /** Make users, merchants and orders through this one: the builders count their numbers for each server. */
  one: TestWorld
  two: TestWorld
  /** What both ask. */
  bank: FakeBank
  /** The server whose turn it is: even numbers the first, odd numbers the second. */
  at(turn: number): TestWorld
  /**
   * Ends both servers and drops the database.
   * @returns how many deadlocks PostgreSQL had to break
   */
  close(): Promise<{ deadlocks: number }>
}

/** Starts both. */
export async function createTwoServers(): Promise<TwoServers> {
  const database = await createTestDatabase({ connections: 4 })
  const pools = [createPool(database.url), createPool(database.url)] as const
  const one = await createTestWorld({ database, seed: 1, deps: { db: pools[0] } })
  const { bank } = one
  const two = { ...(await createTestWorld({ database, seed: 2, deps: { db: pools[1], bank } })), bank }
  return {
    database,
    one,
    two,
    bank,
    at: (turn) => (turn % 2 === 0 ? one : two),
    async close() {
      await Promise.all(pools.map((pool) => pool.end()))
      // A connection counts its deadlocks where others can read them at the latest when it ends.
      const { rows } = await database.pool.query<{ deadlocks: bigint }>(
        'select deadlocks from pg_stat_database where datname = current_database()',
      )
      await Promise.all([one.close(), two.close()])
      await database.close()
      return { deadlocks: Number(rows[0]!.deadlocks) }
    },
  }
}
