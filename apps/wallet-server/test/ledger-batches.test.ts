/** Batches on the real database: each item all or none, neighbours unharmed, and the rows say what the outcomes say. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { transaction, type Transaction } from '../src/db/transaction.ts'
import { isComputedAccount, type Transfer } from '../src/ledger/types.ts'
import { writeTransfers } from '../src/ledger/store.ts'
import {
  answering,
  bank,
  between,
  cash,
  createLedgerWorld,
  inTransit,
  reserving,
  textOf,
  type LedgerWorld,
} from './ledger-world.ts'

let world: LedgerWorld
beforeAll(async () => {
  world = await createLedgerWorld()
})
afterAll(() => world.close())

const post = async (...items: Transfer[][]): Promise<string[]> => (await world.ledger.postBatch(items)).map(textOf)
const causesOf = async (id: string): Promise<string[]> =>
  (await world.ledger.transfersOf(id, { before: null, limit: 1000 })).map(({ causeId }) => causeId)

describe('linked transfers', () => {
  test('one that is refused takes the others with it', async () => {
    const [rich, poor, to] = [await world.aUserAccount(500n), await world.aUserAccount(), await world.aUserAccount()]
    const causeId = 'linked-refused'
    await expect(
      world.ledger.post([between(rich, to, 100n, { causeId }), between(poor, to, 1n, { causeId, step: 'SECOND' })]),
    ).rejects.toMatchObject({ code: 'BALANCE_NOT_ENOUGH' })
    expect([await world.available(rich), await world.available(to)]).toEqual([500n, 0n])
    expect(await causesOf(to)).toEqual([])
  })

  test('a hundred of them succeed together', async () => {
    const [from, to] = [await world.aUserAccount(100n), await world.aUserAccount()]
    const causeId = 'linked-hundred'
    const steps = Array.from({ length: 100 }, (_, n) => between(from, to, 1n, { causeId, step: `STEP_${n}` }))
    expect(await post(steps)).toEqual(['POSTED'])
    expect([await world.available(from), await world.available(to)]).toEqual([0n, 100n])
    expect(await post(steps)).toEqual(['EXISTS'])
  })

  test('a hundred of them fail together when the last one fails', async () => {
    const [from, to] = [await world.aUserAccount(99n), await world.aUserAccount()]
    const causeId = 'linked-hundred-fail'
    const steps = Array.from({ length: 100 }, (_, n) => between(from, to, 1n, { causeId, step: `STEP_${n}` }))
    expect(await world.ledger.postBatch([steps])).toEqual([
      { outcome: 'REFUSED', reason: 'BALANCE_NOT_ENOUGH', transfer: 99, account: from },
    ])
    expect([await world.available(from), await world.available(to)]).toEqual([99n, 0n])
  })
})

describe('items of one batch', () => {
  test('a refused one harms no neighbour, whatever is wrong with it', async () => {
    const [from, to] = [await world.aUserAccount(100n), await world.aUserAccount()]
    const good = Array.from({ length: 9 }, () => between(from, to, 10n))
    const bad: Transfer[] = [
      between(from, to, 0n),
      between(from, to, 2n ** 70n),
      between(from, from, 1n),
      between(from, 'users:nobody:CNY', 1n),
      between(from, to, 1n, { bucket: 8 }),
      between(from, to, 1n, { amount: { currency: 'USD', minor: 1n } }),
      between(from, to, 101n),
      between(from, to, 1n, { resolves: 'X' }),
      answering(reserving(from, to, 1n), 'POST'),
    ]
    const outcomes = await post(...good.flatMap((transfer, n) => [[bad[n]!], [transfer]]))
    expect(outcomes.filter((outcome) => outcome === 'POSTED')).toHaveLength(9)
    expect(outcomes.filter((_, index) => index % 2 === 0)).toEqual([
      'AMOUNT_NOT_POSITIVE',
      'AMOUNT_TOO_LARGE',
      'ACCOUNTS_MUST_DIFFER',
      'ACCOUNT_NOT_FOUND',
      'ACCOUNT_IN_OTHER_BUCKET',
      'CURRENCIES_DIFFER',
      'BALANCE_NOT_ENOUGH',
      'FIELDS_DO_NOT_FIT_KIND',
      'PENDING_NOT_FOUND',
    ])
    expect([await world.available(from), await world.available(to)]).toEqual([10n, 90n])
  })

  test('see each other on the same account', async () => {
    const [a, b] = [await world.aUserAccount(100n), await world.aUserAccount()]
    const outcomes = await post(
      [between(a, b, 60n)],
      [between(a, b, 60n)],
      [between(b, a, 60n)],
      [between(a, b, 100n)],
      [between(a, b, 1n)],
    )
    expect(outcomes).toEqual(['POSTED', 'BALANCE_NOT_ENOUGH', 'POSTED', 'POSTED', 'BALANCE_NOT_ENOUGH'])
    expect([await world.available(a), await world.available(b)]).toEqual([0n, 100n])
  })

  test('may reserve, answer, and repeat in one batch', async () => {
    const [a, b] = [await world.aUserAccount(100n), await world.aUserAccount()]
    const [kept, back] = [reserving(a, b, 30n), reserving(a, b, 40n)]
    expect(
      await post(
        [kept],
        [back],
        [answering(kept, 'POST')],
        [answering(back, 'VOID')],
        [kept],
        [answering(back, 'POST')],
      ),
    ).toEqual(['POSTED', 'POSTED', 'POSTED', 'POSTED', 'EXISTS', 'PENDING_ALREADY_VOIDED'])
    expect([await world.available(a), await world.pending(a), await world.available(b)]).toEqual([70n, 0n, 30n])
  })

  test('a batch that comes again moves nothing', async () => {
    const [from, to] = [await world.aUserAccount(100n), await world.aUserAccount()]
    const items = Array.from({ length: 5 }, () => [between(from, to, 10n)])
    expect(await post(...items)).toEqual(Array(5).fill('POSTED'))
    expect(await post(...items)).toEqual(Array(5).fill('EXISTS'))
    expect(await world.available(to)).toBe(50n)
  })

  test('of which half were there, only the other half moves money', async () => {
    const [from, to] = [await world.aUserAccount(100n), await world.aUserAccount()]
    const [first, second] = [between(from, to, 10n), between(from, to, 20n)]
    await post([first])
    expect(await post([first], [second], [{ ...first, amount: { currency: 'CNY', minor: 11n } }])).toEqual([
      'EXISTS',
      'POSTED',
      'EXISTS_WITH_OTHER_CONTENT',
    ])
    expect(await world.available(to)).toBe(30n)
  })
})

describe('inside the caller’s transaction', () => {
  const inside = <Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> =>
    transaction(world.database.pool, work)

  test('nothing is posted when the caller fails', async () => {
    const [from, to] = [await world.aUserAccount(100n), await world.aUserAccount()]
    await expect(
      inside(async (tx) => {
        await world.ledger.post([between(from, to, 10n)], tx)
        throw new Error('the caller fails')
      }),
    ).rejects.toThrow('the caller fails')
    expect([await world.available(from), await world.available(to)]).toEqual([100n, 0n])
  })

  test('a refused item leaves the caller’s transaction usable', async () => {
    const [from, to] = [await world.aUserAccount(100n), await world.aUserAccount()]
    const outcomes = await inside(async (tx) => [
      ...(await world.ledger.postBatch([[between(from, to, 101n)]], tx)),
      ...(await world.ledger.postBatch([[between(from, to, 10n)]], tx)),
    ])
    expect(outcomes.map(textOf)).toEqual(['BALANCE_NOT_ENOUGH', 'POSTED'])
    expect(await world.available(to)).toBe(10n)
  })

  test('another one posting the same between the wallet’s own accounts is waited for, and found', async () => {
    const transfer = reserving(bank, inTransit, 10n)
    const first = await world.database.pool.connect()
    await first.query('begin')
    await world.ledger.post([transfer], first)
    const second = inside(async (tx) => {
      await tx.query('create temporary table kept (n integer) on commit drop')
      const [outcome] = await world.ledger.postBatch([[transfer]], tx)
      await tx.query('insert into kept values (1)')
      return outcome
    })
    await expect
      .poll(async () => {
        const { rows } = await world.database.pool.query<{ waiting: bigint }>(
          `select count(*) as waiting from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into transfers%'`,
        )
        return rows[0]!.waiting
      })
      .toBe(1n)
    await first.query('commit')
    first.release()
    expect(await second).toEqual({ outcome: 'EXISTS' })
  })
})

describe('the statement that writes', () => {
  const write = (transfers: Transfer[]): Promise<void> =>
    transaction(world.database.pool, (tx) => writeTransfers(tx, transfers, world.clock.now()))

  test.each<[string, (id: string) => Transfer]>([
    ['is not there', () => between(cash, 'users:nobody:CNY', 1n)],
    ['is in another bucket', (id) => between('cash:008:CNY', id, 1n, { bucket: 8 })],
  ])('throws, and writes nothing, when an account %s', async (_, transferTo) => {
    const id = await world.aUserAccount(10n)
    const before = await causesOf(id)
    await expect(write([between(cash, id, 5n), transferTo(id)])).rejects.toThrow('accounts')
    expect([await world.available(id), await causesOf(id)]).toEqual([10n, before])
  })

  test('writes nothing when there is nothing', async () => {
    await write([])
  })

  test('is refused by the database where the judge was not asked', async () => {
    const id = await world.aUserAccount(10n)
    await expect(write([between(id, inTransit, 11n)])).rejects.toMatchObject({ constraint: 'balance_not_below_zero' })
    await expect(write([reserving(id, inTransit, 11n)])).rejects.toMatchObject({ constraint: 'balance_not_below_zero' })
    expect(await world.available(id)).toBe(10n)
  })
})

test('random batches leave in the rows what the outcomes say', { timeout: 120_000 }, async () => {
  const ids = [
    await world.aUserAccount(20n),
    await world.aUserAccount(5n),
    await world.aMerchantAccount(),
    inTransit,
    bank,
  ]
  const granted: Transfer[] = []
  let causes = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          from: fc.nat({ max: 4 }),
          to: fc.nat({ max: 4 }),
          amount: fc.bigInt({ min: 1n, max: 9n }),
          kind: fc.constantFrom('POSTED' as const, 'PENDING' as const),
          answer: fc.constantFrom(null, 'POST' as const, 'VOID' as const),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      async (rows) => {
        const items = rows.flatMap(({ from, to, amount, kind, answer }) => {
          const transfer = between(ids[from]!, ids[to]!, amount, { causeId: `random-${++causes}`, kind })
          return answer ? [[transfer], [answering(transfer, answer)]] : [[transfer]]
        })
        const outcomes = await world.ledger.postBatch(items)
        granted.push(...items.filter((_, index) => outcomes[index]!.outcome === 'POSTED').flat())
      },
    ),
    { numRuns: 40 },
  )
  const starts = [20n, 5n, 0n]
  const stored = await Promise.all(ids.slice(0, 3).map((id) => world.available(id)))
  const expected = ids.slice(0, 3).map((id, index) => {
    let available = starts[index]!
    for (const { debitAccount, creditAccount, amount, kind } of granted) {
      const back = kind === 'VOID'
      if (debitAccount === id && kind !== 'POST') available += back ? amount.minor : -amount.minor
      if (creditAccount === id && (kind === 'POSTED' || kind === 'POST')) available += amount.minor
    }
    return available
  })
  expect(stored).toEqual(expected)
  expect(granted.length).toBeGreaterThan(40)
  expect(granted.some(({ kind }) => kind === 'VOID')).toBe(true)
  expect(granted.every(({ debitAccount }) => !isComputedAccount(debitAccount))).toBe(false)
  expect(await world.ledger.verify()).toEqual([])
})
