/** The ledger: money is moved between accounts, never made, never lost, and no history is changed. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cashAccount, inTransitAccount, userAccount, type Transfer } from '../src/ledger/types.ts'
import { createTestWorld, type TestWorld } from './support/index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await createTestWorld()
})
afterAll(() => world.close())

let count = 0
/** An account of a user with some money. */
async function anAccount(balance: bigint, bucket = 7): Promise<string> {
  const userId = `2088${String(bucket).padStart(3, '0')}0${String(++count).padStart(8, '0')}`
  const id = userAccount(userId, 'CNY')
  await world.rooms.ledger.open({ id, bucket, kind: 'USER_BALANCE', currency: 'CNY' })
  if (balance > 0n) await world.rooms.ledger.post([topUp(`cause-${count}`, id, balance, bucket)])
  return id
}
const topUp = (causeId: string, account: string, amount: bigint, bucket = 7): Transfer => ({
  causeId,
  step: 'TOP_UP',
  bucket,
  debitAccount: cashAccount(bucket, 'CNY'),
  creditAccount: account,
  amount: money('CNY', amount),
})
const between = (causeId: string, from: string, to: string, amount: bigint): Transfer => ({
  causeId,
  step: 'MOVE',
  bucket: 7,
  debitAccount: from,
  creditAccount: to,
  amount: money('CNY', amount),
})
const available = async (id: string): Promise<bigint> => (await world.rooms.ledger.account(id))!.available

describe('opening accounts', () => {
  test('opens the wallet’s own accounts of the bucket with it, and may be repeated', async () => {
    const account = { id: 'users:2088042000000001:CNY', bucket: 42, kind: 'USER_BALANCE', currency: 'CNY' } as const
    await world.rooms.ledger.open(account)
    await world.rooms.ledger.open(account)
    const opened = await world.rooms.ledger.accounts([account.id, cashAccount(42, 'CNY'), inTransitAccount(42, 'CNY')])
    expect(opened.map(({ kind }) => kind).sort()).toEqual(['CASH', 'IN_TRANSIT', 'USER_BALANCE'])
  })

  test('twenty at once in one bucket end without a deadlock', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        world.rooms.ledger.open({ id: `users:at-once-${n}:CNY`, bucket: 43, kind: 'USER_BALANCE', currency: 'CNY' }),
      ),
    )
  })

  test('an account cannot be opened again in another bucket', async () => {
    const id = await anAccount(0n)
    await expect(world.rooms.ledger.open({ id, bucket: 8, kind: 'USER_BALANCE', currency: 'CNY' })).rejects.toThrow(
      'another bucket',
    )
    await expect(world.rooms.ledger.open({ id, bucket: 7, kind: 'MERCHANT_PAYABLE', currency: 'CNY' })).rejects.toThrow(
      'kind',
    )
  })

  test('there is no account that was not opened', async () => {
    expect(await world.rooms.ledger.account('users:nobody:CNY')).toBeNull()
  })
})

describe('posting transfers', () => {
  test('moves the amount and nothing else', async () => {
    const [from, to] = [await anAccount(500n), await anAccount(1n)]
    await world.rooms.ledger.post([between('move-1', from, to, 120n)])
    expect([await available(from), await available(to)]).toEqual([380n, 121n])
  })

  test('the same cause posted again moves no money', async () => {
    const [from, to] = [await anAccount(500n), await anAccount(0n)]
    const transfer = between('move-again', from, to, 100n)
    await world.rooms.ledger.post([transfer])
    await world.rooms.ledger.post([transfer])
    expect(await available(to)).toBe(100n)
  })

  test('the same cause posted by fifty callers at once moves money once', async () => {
    const id = await anAccount(0n)
    await Promise.all(Array.from({ length: 50 }, () => world.rooms.ledger.post([topUp('fifty-at-once', id, 30n)])))
    expect(await available(id)).toBe(30n)
  })

  test('the same cause with another amount is refused and changes nothing', async () => {
    const id = await anAccount(0n)
    await world.rooms.ledger.post([topUp('other-content', id, 30n)])
    await expect(world.rooms.ledger.post([topUp('other-content', id, 31n)])).rejects.toThrow(
      'already posted other transfers',
    )
    expect(await available(id)).toBe(30n)
  })

  test('a balance never goes below zero', async () => {
    const [from, to] = [await anAccount(99n), await anAccount(0n)]
    await expect(world.rooms.ledger.post([between('too-much', from, to, 100n)])).rejects.toMatchObject({
      code: 'BALANCE_NOT_ENOUGH',
    })
    expect([await available(from), await available(to)]).toEqual([99n, 0n])
  })

  test('of twenty withdrawals at once only those that fit go through', async () => {
    const [from, to] = [await anAccount(700n), await anAccount(0n)]
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => world.rooms.ledger.post([between(`race-${n}`, from, to, 100n)])),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(7)
    expect([await available(from), await available(to)]).toEqual([0n, 700n])
  })

  test('one transfer of several that is refused takes the others with it', async () => {
    const [rich, poor, to] = [await anAccount(500n), await anAccount(0n), await anAccount(0n)]
    await expect(
      world.rooms.ledger.post([
        between('linked', rich, to, 100n),
        { ...between('linked', poor, to, 1n), step: 'SECOND' },
      ]),
    ).rejects.toMatchObject({ code: 'BALANCE_NOT_ENOUGH' })
    expect(await available(to)).toBe(0n)
  })

  test('a frozen account refuses debits and takes credits', async () => {
    const [frozen, other] = [await anAccount(500n), await anAccount(500n)]
    await world.rooms.ledger.setFrozen(frozen, true)
    await expect(world.rooms.ledger.post([between('from-frozen', frozen, other, 1n)])).rejects.toMatchObject({
      code: 'USER_FROZEN',
    })
    await world.rooms.ledger.post([between('to-frozen', other, frozen, 1n)])
    expect(await available(frozen)).toBe(501n)
  })

  test.each([
    ['to an account that does not exist', { creditAccount: 'users:nobody:CNY' }],
    ['across buckets', { creditAccount: cashAccount(8, 'CNY') }],
    ['between currencies', { creditAccount: 'users:2088007000000001:USD' }],
    ['of nothing', { amount: { currency: 'CNY', minor: 0n } }],
    ['of less than nothing', { amount: { currency: 'CNY', minor: -5n } }],
  ])('a transfer %s is refused by the database', async (_, change) => {
    const id = await anAccount(100n)
    const transfer = { ...between(`broken-${count}`, id, await anAccount(0n), 1n), ...change }
    await expect(world.rooms.ledger.post([transfer])).rejects.toThrow()
    expect(await available(id)).toBe(100n)
  })

  test('a transfer to the same account is refused', async () => {
    const id = await anAccount(100n)
    await expect(world.rooms.ledger.post([between('to-itself', id, id, 1n)])).rejects.toThrow()
  })
})

describe('the history', () => {
  test.each(['update transfers set amount = 1', 'delete from transfers', 'truncate transfers'])(
    'refuses “%s”',
    async (sql) => {
      await expect(world.database.pool.query(sql)).rejects.toThrow('only ever added')
    },
  )

  test('is listed newest first, and page by page', async () => {
    const id = await anAccount(0n)
    for (const n of [1, 2, 3]) {
      world.clock.advance({ seconds: 1 })
      await world.rooms.ledger.post([topUp(`page-${id}-${n}`, id, BigInt(n))])
    }
    const first = await world.rooms.ledger.transfersOf(id, { before: null, limit: 2 })
    expect(first.map(({ amount }) => amount.minor)).toEqual([3n, 2n])
    const second = await world.rooms.ledger.transfersOf(id, { before: first[1]!.postedAt, limit: 2 })
    expect(second.map(({ amount }) => amount.minor)).toEqual([1n])
  })

  test('the wallet’s own accounts are computed from it', async () => {
    const id = await anAccount(0n, 99)
    await world.rooms.ledger.post([topUp('computed', id, 40n, 99)])
    expect(await available(cashAccount(99, 'CNY'))).toBe(-40n)
  })

  test('adds up', async () => {
    expect(await world.rooms.ledger.verify()).toEqual([])
  })
})
