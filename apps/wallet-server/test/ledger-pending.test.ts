/** Two-phase transfers on the real database: money is reserved, and then posted, given back, or its time is over. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { transaction } from '../src/db/transaction.ts'
import { createLedgerService } from '../src/ledger/service.ts'
import { bankClearingAccount, inTransitAccount, type Transfer } from '../src/ledger/types.ts'
import {
  answering,
  bank,
  between,
  cash,
  createLedgerWorld,
  inTransit,
  reserving,
  sumsOf,
  type LedgerWorld,
} from './ledger-world.ts'
import { ManualClock } from './support/fakes.ts'

let world: LedgerWorld
beforeAll(async () => {
  world = await createLedgerWorld()
})
afterAll(() => world.close())

const refusalOf = (transfer: Transfer): Promise<string> =>
  world.ledger.postBatch([[transfer]]).then(([o]) => (o!.outcome === 'REFUSED' ? o!.reason : o!.outcome))

/** How many connections to this database wait for a lock that another one holds. */
async function waitingForLocks(): Promise<number> {
  const { rowCount } = await world.database.pool.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return rowCount ?? 0
}

describe('money on its way out', () => {
  test('is reserved at once: it cannot be spent, and is still the owner’s', async () => {
    const id = await world.aUserAccount(100n)
    await world.ledger.post([reserving(id, bank, 70n)])
    expect([await world.available(id), await world.pending(id)]).toEqual([30n, 70n])
    expect(await refusalOf(between(id, inTransit, 31n))).toBe('BALANCE_NOT_ENOUGH')
    expect(await sumsOf(world, id)).toEqual({
      creditsPosted: 100n,
      creditsPending: 0n,
      debitsPosted: 0n,
      debitsPending: 70n,
    })
  })

  test('is gone when it is posted', async () => {
    const id = await world.aUserAccount(100n)
    const pending = reserving(id, bank, 70n)
    await world.ledger.post([pending])
    await world.ledger.post([answering(pending, 'POST')])
    expect(await sumsOf(world, id)).toEqual({
      creditsPosted: 100n,
      creditsPending: 0n,
      debitsPosted: 70n,
      debitsPending: 0n,
    })
  })

  test('is there again when it is voided', async () => {
    const id = await world.aUserAccount(100n)
    const pending = reserving(id, bank, 70n)
    await world.ledger.post([pending])
    await world.ledger.post([answering(pending, 'VOID')])
    expect(await sumsOf(world, id)).toEqual({
      creditsPosted: 100n,
      creditsPending: 0n,
      debitsPosted: 0n,
      debitsPending: 0n,
    })
  })

  test('is posted although the account was frozen meanwhile', async () => {
    const id = await world.aUserAccount(100n)
    const [posted, voided] = [reserving(id, bank, 40n), reserving(id, bank, 50n)]
    await world.ledger.post([posted])
    await world.ledger.post([voided])
    await world.ledger.setFrozen(id, true)
    await world.ledger.post([answering(posted, 'POST')])
    await world.ledger.post([answering(voided, 'VOID')])
    expect([await world.available(id), await world.pending(id)]).toEqual([60n, 0n])
    await expect(world.ledger.post([reserving(id, bank, 1n)])).rejects.toMatchObject({ code: 'USER_FROZEN' })
  })
})

describe('money on its way in', () => {
  test('cannot be spent before it is posted', async () => {
    const id = await world.aUserAccount()
    const pending = reserving(bank, id, 60n)
    await world.ledger.post([pending])
    expect([await world.available(id), await world.pending(id)]).toEqual([0n, 0n])
    expect(await sumsOf(world, id)).toEqual({
      creditsPosted: 0n,
      creditsPending: 60n,
      debitsPosted: 0n,
      debitsPending: 0n,
    })
    expect(await refusalOf(between(id, inTransit, 1n))).toBe('BALANCE_NOT_ENOUGH')
    await world.ledger.post([answering(pending, 'POST')])
    expect(await sumsOf(world, id)).toEqual({
      creditsPosted: 60n,
      creditsPending: 0n,
      debitsPosted: 0n,
      debitsPending: 0n,
    })
  })

  test('never comes when it is voided', async () => {
    const id = await world.aUserAccount()
    const pending = reserving(bank, id, 60n)
    await world.ledger.post([pending])
    await world.ledger.post([answering(pending, 'VOID')])
    expect(await sumsOf(world, id)).toEqual({
      creditsPosted: 0n,
      creditsPending: 0n,
      debitsPosted: 0n,
      debitsPending: 0n,
    })
  })

  test('may be posted together with what it pays for', async () => {
    const [payer, payee] = [await world.aUserAccount(), await world.aMerchantAccount()]
    const pending = reserving(bank, payer, 60n)
    await world.ledger.post([pending])
    const { causeId } = pending
    await world.ledger.post([between(payer, payee, 60n, { causeId, step: 'ON' }), answering(pending, 'POST')])
    expect([await world.available(payer), await world.available(payee)]).toEqual([0n, 60n])
  })
})

describe('a pending transfer is answered once', () => {
  test.each([
    ['POST', 'POST', 'PENDING_ALREADY_POSTED'],
    ['POST', 'VOID', 'PENDING_ALREADY_POSTED'],
    ['VOID', 'POST', 'PENDING_ALREADY_VOIDED'],
    ['VOID', 'VOID', 'PENDING_ALREADY_VOIDED'],
  ] as const)('after %s a %s under another name is refused, and changes nothing', async (first, second, reason) => {
    const id = await world.aUserAccount(100n)
    const pending = reserving(id, bank, 70n)
    await world.ledger.post([pending])
    await world.ledger.post([answering(pending, first)])
    const before = await sumsOf(world, id)
    expect(await refusalOf(answering(pending, second, { step: 'SECOND' }))).toBe(reason)
    await world.ledger.post([answering(pending, first)])
    expect(await sumsOf(world, id)).toEqual(before)
  })

  test.each<[string, (pending: Transfer) => Transfer, string]>([
    [
      'of a part',
      (p) => answering(p, 'POST', { amount: { currency: 'CNY', minor: 69n } }),
      'PENDING_HAS_OTHER_CONTENT',
    ],
    ['to another account', (p) => answering(p, 'POST', { creditAccount: cash }), 'PENDING_HAS_OTHER_CONTENT'],
    ['of a step that is not there', (p) => answering(p, 'POST', { resolves: 'NONE' }), 'PENDING_NOT_FOUND'],
    ['of another cause', (p) => answering(p, 'VOID', { causeId: 'no-such-cause' }), 'PENDING_NOT_FOUND'],
    ['that comes as expiry', (p) => answering(p, 'EXPIRE'), 'PENDING_NOT_EXPIRED_YET'],
  ])('an answer %s is refused, and the right one still comes through', async (_, wrong, reason) => {
    const id = await world.aUserAccount(100n)
    const pending = reserving(id, bank, 70n)
    await world.ledger.post([pending])
    expect(await refusalOf(wrong(pending))).toBe(reason)
    expect(await world.pending(id)).toBe(70n)
    await world.ledger.post([answering(pending, 'POST')])
    expect([await world.available(id), await world.pending(id)]).toEqual([30n, 0n])
  })

  test('yes and no at once: one of them is the answer', async () => {
    for (let round = 0; round < 20; round++) {
      const id = await world.aUserAccount(100n)
      const pending = reserving(id, bank, 70n)
      await world.ledger.post([pending])
      const outcomes = await Promise.all(
        (['POST', 'VOID', 'POST', 'VOID'] as const).map((kind, n) =>
          refusalOf(answering(pending, kind, { step: `ANSWER_${n}` })),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'POSTED')).toHaveLength(1)
      expect(await world.pending(id)).toBe(0n)
      expect(await world.available(id)).toBe(['POST', 'VOID'][outcomes.indexOf('POSTED') % 2] === 'POST' ? 30n : 100n)
    }
  })

  test('yes and no at once between the wallet’s own accounts, which nobody locks: one of them is the answer', async () => {
    for (let round = 0; round < 20; round++) {
      const pending = reserving(bank, inTransit, 70n)
      await world.ledger.post([pending])
      const outcomes = await Promise.all(
        (['POST', 'VOID', 'POST', 'VOID'] as const).map((kind, n) =>
          refusalOf(answering(pending, kind, { step: `ANSWER_${n}` })),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'POSTED')).toHaveLength(1)
      expect(outcomes.filter((outcome) => /^PENDING_ALREADY_/.test(outcome))).toHaveLength(3)
    }
  })
})

describe('a reservation whose time is over', () => {
  const inSeconds = (seconds: number): Date => new Date(world.clock.now().getTime() + seconds * 1000)

  test('holds until then, and is given back from then on', async () => {
    const id = await world.aUserAccount(100n)
    await world.ledger.post([reserving(id, bank, 70n, { expiresAt: inSeconds(10) })])
    world.clock.advance({ milliseconds: 9_999 })
    expect(await world.ledger.expirePending()).toBe(0)
    expect(await world.available(id)).toBe(30n)
    world.clock.advance({ milliseconds: 1 })
    expect(await world.ledger.expirePending()).toBe(1)
    expect([await world.available(id), await world.pending(id)]).toEqual([100n, 0n])
    expect(await world.ledger.expirePending()).toBe(0)
  })

  test('can no longer be posted or voided, even before somebody expired it', async () => {
    const id = await world.aUserAccount(100n)
    const pending = reserving(id, bank, 70n, { expiresAt: inSeconds(10) })
    await world.ledger.post([pending])
    world.clock.advance({ seconds: 10 })
    expect(await refusalOf(answering(pending, 'POST'))).toBe('PENDING_EXPIRED')
    expect(await refusalOf(answering(pending, 'VOID'))).toBe('PENDING_EXPIRED')
    expect(await world.ledger.expirePending()).toBe(1)
    expect(await refusalOf(answering(pending, 'POST'))).toBe('PENDING_EXPIRED')
    expect(await world.available(id)).toBe(100n)
  })

  test('that was answered in time, or has no end, is left as it is', async () => {
    const id = await world.aUserAccount(100n)
    const [posted, voided] = [
      reserving(id, bank, 10n, { expiresAt: inSeconds(10) }),
      reserving(id, bank, 20n, { expiresAt: inSeconds(10) }),
    ]
    await world.ledger.postBatch([[posted], [voided], [reserving(id, bank, 40n)]])
    await world.ledger.postBatch([[answering(posted, 'POST')], [answering(voided, 'VOID')]])
    world.clock.advance({ hours: 1000 })
    expect(await world.ledger.expirePending()).toBe(0)
    expect([await world.available(id), await world.pending(id)]).toEqual([50n, 40n])
  })

  test('is told in the history by its own name', async () => {
    const id = await world.aUserAccount(100n)
    const pending = reserving(id, bank, 70n, { step: 'HELD', expiresAt: inSeconds(1) })
    await world.ledger.post([pending])
    world.clock.advance({ seconds: 1 })
    await world.ledger.expirePending()
    const [last] = await world.ledger.transfersOf(id, { before: null, limit: 1 })
    expect(last).toEqual({ ...answering(pending, 'EXPIRE'), step: 'HELD_EXPIRE', postedAt: world.clock.now() })
  })

  test('waits its turn when there are more than asked for, those longest over first', async () => {
    const id = await world.aUserAccount(100n)
    for (const [amount, seconds] of [
      [1n, 3],
      [2n, 1],
      [4n, 2],
    ] as const) {
      await world.ledger.post([reserving(id, bank, amount, { expiresAt: inSeconds(seconds) })])
    }
    world.clock.advance({ seconds: 9 })
    const held: bigint[] = []
    for (const expected of [1, 1, 1, 0]) {
      expect(await world.ledger.expirePending(1)).toBe(expected)
      held.push(await world.pending(id))
    }
    expect(held).toEqual([5n, 1n, 0n, 0n])
  })

  test('is expired once by ten servers at once, between them all of it', async () => {
    const id = await world.aUserAccount(1000n)
    await world.ledger.postBatch([
      ...Array.from({ length: 40 }, () => [reserving(id, bank, 2n, { expiresAt: inSeconds(5) })]),
      ...Array.from({ length: 20 }, () => [reserving(bank, inTransit, 2n, { expiresAt: inSeconds(5) })]),
    ])
    world.clock.advance({ seconds: 5 })
    const servers = Array.from({ length: 10 }, () =>
      createLedgerService({ db: world.database.pool, clock: world.clock }),
    )
    const counts = await Promise.all(servers.map((server) => server.expirePending()))
    expect(counts.reduce((sum, count) => sum + count)).toBe(60)
    expect([await world.available(id), await world.pending(id)]).toEqual([1000n, 0n])
  })

  test.each([
    ['posted', 'POST', 'RESERVE_POST'],
    ['voided', 'VOID', 'RESERVE_VOID'],
    ['expired', 'EXPIRE', 'RESERVE_EXPIRE'],
    ['expired under another name', 'EXPIRE', 'OTHER_NAME'],
  ] as const)('and that is %s by somebody else at that moment is left to them', async (_, kind, step) => {
    const id = await world.aUserAccount(100n)
    const pending = reserving(id, bank, 70n, { step: 'RESERVE', expiresAt: inSeconds(10) })
    await world.ledger.post([pending])
    // The other server's clock is still before the end when it posts or voids.
    const clock = new ManualClock(world.clock.now().toISOString())
    const other = createLedgerService({ db: world.database.pool, clock })
    world.clock.advance({ seconds: 10 })
    if (kind === 'EXPIRE') clock.advance({ seconds: 10 })
    const expiring = await transaction(world.database.pool, async (tx) => {
      await other.post([answering(pending, kind, { step })], tx)
      const expiring = world.ledger.expirePending()
      await expect.poll(() => waitingForLocks()).toBe(1)
      // In an object, so that the transaction does not wait for what waits for it.
      return { count: expiring }
    })
    expect(await expiring.count).toBe(0)
    expect([await world.available(id), await world.pending(id)]).toEqual([kind === 'POST' ? 30n : 100n, 0n])
  })

  test('in a bucket of another database is that database’s business', async () => {
    const id = await world.aUserAccount(10n, 67)
    const at67 = { bucket: 67, expiresAt: inSeconds(1) }
    await world.ledger.post([reserving(id, bankClearingAccount(67, 'CNY'), 4n, at67)])
    await world.ledger.post([reserving(bankClearingAccount(67, 'CNY'), inTransitAccount(67, 'CNY'), 4n, at67)])
    world.clock.advance({ seconds: 1 })
    await world.database.pool.query('delete from owned_buckets where bucket = 67')
    expect(await world.ledger.expirePending()).toBe(0)
    await world.database.pool.query('insert into owned_buckets values (67)')
    expect(await world.ledger.expirePending()).toBe(2)
  })

  test('that cannot expire, its name being taken, is named, and its neighbours expire', async () => {
    const id = await world.aUserAccount(100n)
    const stuck = reserving(id, bank, 1n, { causeId: 'stuck-cause', step: 'HELD', expiresAt: inSeconds(1) })
    await world.ledger.postBatch([
      [stuck],
      [between(cash, id, 1n, { causeId: 'stuck-cause', step: 'HELD_EXPIRE' })],
      [reserving(id, bank, 2n, { expiresAt: inSeconds(1) })],
    ])
    world.clock.advance({ seconds: 1 })
    await expect(world.ledger.expirePending()).rejects.toThrow('stuck-cause HELD')
    expect(await world.pending(id)).toBe(1n)
    await world.ledger.post([answering(stuck, 'EXPIRE', { step: 'OTHER_NAME' })])
    expect(await world.ledger.expirePending()).toBe(0)
  })
})

test('after all of this the ledger adds up', async () => {
  expect(await world.ledger.verify()).toEqual([])
})
