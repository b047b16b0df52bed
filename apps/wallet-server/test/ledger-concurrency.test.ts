/** Many connections at once, and two servers on one database: every money moves once, and nobody deadlocks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../src/db/pool.ts'
import { transaction } from '../src/db/transaction.ts'
import { createLedgerService } from '../src/ledger/service.ts'
import { lockAccounts, writeTransfers } from '../src/ledger/store.ts'
import type { LedgerService, Transfer } from '../src/ledger/types.ts'
import {
  bank,
  between,
  cash,
  createLedgerWorld,
  inTransit,
  reserving,
  textOf,
  type LedgerWorld,
} from './ledger-world.ts'

/** Of each server. */
const CONNECTIONS = 20

let world: LedgerWorld
let servers: LedgerService[]
let pools: ReturnType<typeof createPool>[]
beforeAll(async () => {
  world = await createLedgerWorld({ connections: CONNECTIONS })
  pools = [1, 2].map(() => createPool(world.database.url, { connections: CONNECTIONS }))
  servers = pools.map((db) => createLedgerService({ db, clock: world.clock }))
})
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await world.close()
})

/** Deadlocks that the database had to end, since it was made: they are tried again, so nobody else would notice. */
async function deadlocks(): Promise<bigint> {
  // A connection reports what it has counted when it likes, unless it is told to.
  for (const pool of pools) {
    const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()))
    await Promise.all(clients.map((client) => client.query('select pg_stat_force_next_flush()')))
    for (const client of clients) client.release()
  }
  const { rows } = await world.database.pool.query<{ deadlocks: bigint }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  )
  return rows[0]!.deadlocks
}

describe('the same cause posted by many at once', () => {
  test.each<[string, (id: string) => Transfer[]]>([
    ['into somebody’s account', (id) => [between(cash, id, 30n)]],
    ['between the wallet’s own accounts', () => [between(bank, inTransit, 30n)]],
    ['as a reservation that nobody locks', () => [reserving(bank, inTransit, 30n)]],
    [
      'as linked transfers',
      (id) => {
        const first = between(bank, inTransit, 30n)
        return [first, between(inTransit, id, 30n, { causeId: first.causeId, step: 'ON' })]
      },
    ],
  ])('%s moves money once', async (_, itemFor) => {
    const id = await world.aUserAccount()
    const item = itemFor(id)
    const outcomes = await Promise.all(Array.from({ length: 200 }, (_, n) => servers[n % 2]!.postBatch([item])))
    const texts = outcomes.map(([outcome]) => textOf(outcome!))
    expect(texts.filter((text) => text === 'POSTED')).toHaveLength(1)
    expect(texts.filter((text) => text === 'EXISTS')).toHaveLength(199)
    expect(await world.available(id)).toBe(item.at(-1)!.creditAccount === id ? 30n : 0n)
  })

  test('with two contents: one of them is posted, the other is refused', async () => {
    for (let round = 0; round < 20; round++) {
      const one = between(bank, inTransit, 30n)
      const other = { ...one, amount: { currency: 'CNY', minor: 31n } }
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, n) => servers[n % 2]!.postBatch([[n % 4 < 2 ? one : other]])),
      )
      const texts = outcomes.map(([outcome]) => textOf(outcome!)).sort()
      expect(texts).toEqual([...Array(3).fill('EXISTS'), ...Array(4).fill('EXISTS_WITH_OTHER_CONTENT'), 'POSTED'])
    }
  })

  test('for different accounts, which are locked apart: one of them is posted', async () => {
    for (let round = 0; round < 20; round++) {
      const ids = await Promise.all(Array.from({ length: 4 }, () => world.aUserAccount()))
      const causeId = `apart-${round}`
      const outcomes = await Promise.all(
        ids.map((id, n) => servers[n % 2]!.postBatch([[between(cash, id, 5n, { causeId })]])),
      )
      expect(outcomes.map(([outcome]) => textOf(outcome!)).sort()).toEqual([
        ...Array(3).fill('EXISTS_WITH_OTHER_CONTENT'),
        'POSTED',
      ])
      expect((await world.ledger.accounts(ids)).reduce((sum, { available }) => sum + available, 0n)).toBe(5n)
    }
  })
})

test('of twenty withdrawals at once only those that fit go through', async () => {
  const [from, to] = [await world.aUserAccount(700n), await world.aUserAccount()]
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => servers[n % 2]!.post([between(from, to, 100n)])),
  )
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(7)
  for (const one of all) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'BALANCE_NOT_ENOUGH' })
  expect([await world.available(from), await world.available(to)]).toEqual([0n, 700n])
})

test('reservations at once never hold more than there is', async () => {
  const from = await world.aUserAccount(700n)
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, (_, n) => servers[n % 2]!.postBatch([[reserving(from, bank, 100n)]])),
  )
  expect(outcomes.filter(([outcome]) => outcome!.outcome === 'POSTED')).toHaveLength(7)
  expect([await world.available(from), await world.pending(from)]).toEqual([0n, 700n])
})

test('two servers post batches that cross each other: no deadlock, and no money made or lost', async () => {
  const before = await deadlocks()
  const ids = await Promise.all(Array.from({ length: 12 }, () => world.aUserAccount(1_000n)))
  const batch = (round: number, reversed: boolean): Transfer[][] => {
    const items = ids.map((id, index) => {
      const next = ids[(index + 1 + (round % 5)) % ids.length]!
      return [reversed ? between(next, id, 3n) : between(id, next, 2n)]
    })
    return reversed ? items.reverse() : items
  }
  await Promise.all(
    Array.from({ length: 120 }, (_, round) => servers[round % 2]!.postBatch(batch(round, round % 2 === 1))),
  )
  expect((await world.ledger.accounts(ids)).reduce((sum, { available }) => sum + available, 0n)).toBe(12_000n)
  expect(await deadlocks()).toBe(before)
})

test('two servers post the same batches in opposite orders, where nobody locks: no deadlock, each once', async () => {
  const before = await deadlocks()
  for (let round = 0; round < 8; round++) {
    const items = Array.from({ length: 300 }, () => [reserving(bank, inTransit, 1n)])
    const outcomes = await Promise.all(
      [items, [...items].reverse(), items, [...items].reverse()].map((batch, n) => servers[n % 2]!.postBatch(batch)),
    )
    expect(outcomes.flat().filter(({ outcome }) => outcome === 'POSTED')).toHaveLength(300)
    expect(outcomes.flat().filter(({ outcome }) => outcome === 'EXISTS')).toHaveLength(900)
  }
  expect(await deadlocks()).toBe(before)
})

test('accounts are locked in one order, last id first, however they are named', async () => {
  const before = await deadlocks()
  const ids = await Promise.all(Array.from({ length: 30 }, () => world.aUserAccount(100n)))
  await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      transaction(pools[n % 2]!, async (tx) => {
        const locked = await lockAccounts(tx, n % 2 ? ids : [...ids].reverse())
        expect(locked.map(({ id }) => id)).toEqual([...ids].sort().reverse())
        await writeTransfers(tx, [between(ids[n % 30]!, ids[(n + 7) % 30]!, 1n)], world.clock.now())
      }),
    ),
  )
  expect(await deadlocks()).toBe(before)
})

test('accounts that are only credited may be left to the statement that writes: no deadlock with those who lock them', async () => {
  const before = await deadlocks()
  const payers = await Promise.all(Array.from({ length: 10 }, () => world.aUserAccount(1_000n)))
  const payees = await Promise.all(Array.from({ length: 10 }, () => world.aMerchantAccount(1_000n)))
  await Promise.all(
    Array.from({ length: 40 }, (_, n) => {
      const to = payees.map((payee, index) => between(payers[(index + n) % 10]!, payee, 1n))
      const back = payees.map((payee, index) => between(payee, payers[(index + n) % 10]!, 1n))
      if (n % 2) return servers[0]!.postBatch([back])
      return transaction(pools[1]!, async (tx) => {
        await lockAccounts(tx, payers)
        await writeTransfers(tx, to, world.clock.now())
      })
    }),
  )
  expect(await deadlocks()).toBe(before)
})

test('a lock answers the account as it is when it is got, not as it was when it was asked for', async () => {
  const id = await world.aUserAccount(100n)
  const first = await pools[0]!.connect()
  await first.query('begin')
  const [before] = await lockAccounts(first, [id])
  expect(before).toEqual({
    id,
    bucket: 7,
    kind: 'USER_BALANCE',
    currency: 'CNY',
    frozen: false,
    owned: true,
    creditsPosted: 100n,
    creditsPending: 0n,
    debitsPosted: 0n,
    debitsPending: 0n,
    available: 100n,
  })
  const second = transaction(pools[1]!, (tx) => lockAccounts(tx, [id]))
  await writeTransfers(first, [between(id, inTransit, 30n), reserving(id, bank, 20n)], world.clock.now())
  await first.query('commit')
  first.release()
  expect((await second)[0]).toMatchObject({ debitsPosted: 30n, debitsPending: 20n, available: 50n })
})

test('only accounts that store a balance are locked, and only those that are there', async () => {
  const id = await world.aUserAccount(1n, 68)
  await world.database.pool.query('delete from owned_buckets where bucket = 68')
  const locked = await transaction(pools[0]!, (tx) => lockAccounts(tx, [cash, id, inTransit, 'users:nobody:CNY']))
  await world.database.pool.query('insert into owned_buckets values (68)')
  expect(locked).toMatchObject([{ id, owned: false }])
})

test('after all of this the ledger adds up', async () => {
  expect(await world.ledger.verify()).toEqual([])
})
