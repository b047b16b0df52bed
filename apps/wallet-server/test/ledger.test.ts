/** The ledger: money is moved between accounts, never made, never lost, and no history is changed. */
import { money } from '@tradepay/money'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bankClearingAccount, cashAccount, feesAccount, inTransitAccount, type Transfer } from '../src/ledger/types.ts'
import {
  asPosted,
  bank,
  between,
  cash,
  createLedgerWorld,
  inTransit,
  reserving,
  sumsOf,
  type LedgerWorld,
} from './ledger-world.ts'

let world: LedgerWorld
beforeAll(async () => {
  world = await createLedgerWorld()
})
afterAll(() => world.close())

const anAccount = (balance?: bigint): Promise<string> => world.aUserAccount(balance)

describe('opening accounts', () => {
  test('opens the wallet’s own accounts of the bucket and currency with it, and may be repeated', async () => {
    const account = { id: 'users:2088042000000001:EUR', bucket: 42, kind: 'USER_BALANCE', currency: 'EUR' } as const
    await world.ledger.open(account)
    await world.ledger.open(account)
    const own = [cashAccount, inTransitAccount, feesAccount, bankClearingAccount].map((address) => address(42, 'EUR'))
    const empty = { bucket: 42, currency: 'EUR', frozen: false, available: 0n, pending: 0n }
    expect(await world.ledger.accounts([account.id, ...own])).toEqual([
      { id: 'bank-clearing:042:EUR', kind: 'BANK_CLEARING', ...empty },
      { id: 'cash:042:EUR', kind: 'CASH', ...empty },
      { id: 'fees:042:EUR', kind: 'FEES', ...empty },
      { id: 'in-transit:042:EUR', kind: 'IN_TRANSIT', ...empty },
      { id: account.id, kind: 'USER_BALANCE', ...empty },
    ])
  })

  test('one of the wallet’s own may be opened by itself', async () => {
    await world.ledger.open({ id: 'fees:044:CNY', bucket: 44, kind: 'FEES', currency: 'CNY' })
    expect((await world.ledger.account('fees:044:CNY'))?.kind).toBe('FEES')
  })

  test('twenty at once in one bucket end without a deadlock', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        world.ledger.open({ id: `users:at-once-${n}:CNY`, bucket: 43, kind: 'USER_BALANCE', currency: 'CNY' }),
      ),
    )
  })

  test('an account cannot be opened again in another bucket, nor as another kind', async () => {
    const id = await anAccount()
    const account = { id, bucket: 7, kind: 'USER_BALANCE', currency: 'CNY' } as const
    await expect(world.ledger.open({ ...account, bucket: 8 })).rejects.toThrow('another bucket')
    await expect(world.ledger.open({ ...account, kind: 'MERCHANT_PAYABLE' })).rejects.toThrow('kind')
    expect(await world.ledger.accounts([id])).toHaveLength(1)
  })

  test.each([
    ['a user’s under the wallet’s address', { id: 'cash:007:CNY', kind: 'USER_BALANCE' }],
    ['the wallet’s under a user’s address', { id: 'users:2088007000000001:CNY', kind: 'CASH' }],
  ] as const)('%s is refused', async (_, account) => {
    await expect(world.ledger.open({ ...account, bucket: 7, currency: 'CNY' })).rejects.toThrow('address')
  })

  test('there is no account that was not opened', async () => {
    expect(await world.ledger.account('users:nobody:CNY')).toBeNull()
  })
})

describe('posting transfers', () => {
  test('moves the amount and nothing else', async () => {
    const [from, to] = [await anAccount(500n), await anAccount(1n)]
    await world.ledger.post([between(from, to, 120n)])
    expect([await world.available(from), await world.available(to)]).toEqual([380n, 121n])
    expect(await sumsOf(world, from)).toEqual({
      creditsPosted: 500n,
      creditsPending: 0n,
      debitsPosted: 120n,
      debitsPending: 0n,
    })
  })

  test('the same cause posted again moves no money', async () => {
    const [from, to] = [await anAccount(500n), await anAccount()]
    const transfer = between(from, to, 100n)
    await world.ledger.post([transfer])
    await world.ledger.post([transfer])
    expect(await world.available(to)).toBe(100n)
  })

  test('the same cause with another amount is refused and changes nothing', async () => {
    const id = await anAccount()
    const transfer = between(cash, id, 30n)
    await world.ledger.post([transfer])
    await expect(world.ledger.post([{ ...transfer, amount: money('CNY', 31n) }])).rejects.toThrow(
      'EXISTS_WITH_OTHER_CONTENT',
    )
    expect(await world.available(id)).toBe(30n)
  })

  test('nothing to post is nothing done', async () => {
    await world.ledger.post([])
    expect(await world.ledger.postBatch([])).toEqual([])
    expect(await world.ledger.postBatch([[], []])).toEqual([{ outcome: 'EXISTS' }, { outcome: 'EXISTS' }])
  })

  test('a frozen account refuses debits and takes credits, until it is unfrozen', async () => {
    const [frozen, other] = [await anAccount(500n), await anAccount(500n)]
    await world.ledger.setFrozen(frozen, true)
    expect((await world.ledger.account(frozen))?.frozen).toBe(true)
    const debit = between(frozen, other, 1n)
    await expect(world.ledger.post([debit])).rejects.toMatchObject({ code: 'USER_FROZEN' })
    await world.ledger.post([between(other, frozen, 1n)])
    await world.ledger.setFrozen(frozen, false)
    await world.ledger.post([debit])
    expect(await world.available(frozen)).toBe(500n)
  })

  test('an account that is not there cannot be frozen', async () => {
    await expect(world.ledger.setFrozen('users:nobody:CNY', true)).rejects.toThrow('users:nobody:CNY')
  })

  test('freezing inside a transaction that fails freezes nobody', async () => {
    const id = await anAccount()
    const client = await world.database.pool.connect()
    await client.query('begin')
    await world.ledger.setFrozen(id, true, client)
    await client.query('rollback')
    client.release()
    expect((await world.ledger.account(id))?.frozen).toBe(false)
  })

  describe('a refusal tells a person by its code', () => {
    test('that a user’s balance is not enough', async () => {
      const [from, to] = [await anAccount(99n), await anAccount()]
      await expect(world.ledger.post([between(from, to, 100n)])).rejects.toMatchObject({ code: 'BALANCE_NOT_ENOUGH' })
      expect([await world.available(from), await world.available(to)]).toEqual([99n, 0n])
    })
    test('that a merchant’s balance is not enough', async () => {
      const from = await world.aMerchantAccount(99n)
      await expect(world.ledger.post([between(from, inTransit, 100n)])).rejects.toMatchObject({
        code: 'MERCHANT_BALANCE_NOT_ENOUGH',
      })
    })
    test('which of several accounts it was', async () => {
      const [user, merchant] = [await anAccount(5n), await world.aMerchantAccount()]
      const causeId = 'user-and-merchant'
      await expect(
        world.ledger.post([
          between(user, merchant, 5n, { causeId }),
          between(merchant, inTransit, 6n, { causeId, step: 'MORE' }),
        ]),
      ).rejects.toMatchObject({ code: 'MERCHANT_BALANCE_NOT_ENOUGH' })
    })
    test('that a merchant is frozen', async () => {
      const from = await world.aMerchantAccount(99n)
      await world.ledger.setFrozen(from, true)
      await expect(world.ledger.post([between(from, inTransit, 1n)])).rejects.toMatchObject({ code: 'MERCHANT_FROZEN' })
    })
    test('that the outcome is unknown where another database holds the bucket', async () => {
      const id = await world.aUserAccount(10n, 66)
      await world.database.pool.query('delete from owned_buckets where bucket = 66')
      const transfer = between(id, inTransitAccount(66, 'CNY'), 1n, { bucket: 66 })
      await expect(world.ledger.post([transfer])).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      const unlocked = between(cashAccount(66, 'CNY'), inTransitAccount(66, 'CNY'), 1n, { bucket: 66 })
      await expect(world.ledger.post([unlocked])).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      await world.database.pool.query('insert into owned_buckets values (66)')
      expect(await world.available(id)).toBe(10n)
    })
  })

  test.each<[string, Partial<Transfer>, string]>([
    [
      'to an account that does not exist',
      { creditAccount: 'users:nobody:CNY' },
      'ACCOUNT_NOT_FOUND (users:nobody:CNY)',
    ],
    ['to a wallet’s own that does not exist', { creditAccount: 'cash:007:JPY' }, 'ACCOUNT_NOT_FOUND (cash:007:JPY)'],
    ['across buckets', { creditAccount: 'cash:043:CNY' }, 'ACCOUNT_IN_OTHER_BUCKET (cash:043:CNY)'],
    ['of nothing', { amount: { currency: 'CNY', minor: 0n } }, 'AMOUNT_NOT_POSITIVE'],
    ['of less than nothing', { amount: { currency: 'CNY', minor: -5n } }, 'AMOUNT_NOT_POSITIVE'],
    ['of more than a column holds', { amount: { currency: 'CNY', minor: 2n ** 63n } }, 'AMOUNT_TOO_LARGE'],
  ])('a transfer %s is a bug, which is named, and nothing moves', async (_, change, reason) => {
    const id = await anAccount(100n)
    const transfer = between(id, await anAccount(), 1n, { step: 'BROKEN', ...change })
    await expect(world.ledger.post([transfer])).rejects.toThrow(
      new Error(`Transfer ${transfer.causeId} BROKEN was refused: ${reason}.`),
    )
    expect(await world.available(id)).toBe(100n)
  })

  test('a transfer to the same account is a bug', async () => {
    const id = await anAccount(100n)
    await expect(world.ledger.post([between(id, id, 1n)])).rejects.toThrow('ACCOUNTS_MUST_DIFFER')
  })

  test('an account of another currency takes nothing', async () => {
    const [yuan, dollars] = [await anAccount(100n), await world.aUserAccount(100n, 7, 'USD')]
    await expect(world.ledger.post([between(yuan, dollars, 1n)])).rejects.toThrow(`CURRENCIES_DIFFER (${dollars})`)
    expect([await world.available(yuan), await world.available(dollars)]).toEqual([100n, 100n])
  })

  test('whatever a cause and a step are called, they come back as they were', async () => {
    const id = await anAccount()
    const names = ['"', '\\', '{a,b}', 'NULL', ' a ', '金\n额', "'; drop table transfers; --", '\\"', 'plain']
    const posted = names.map((name) => between(cash, id, 1n, { causeId: `odd-${name}`, step: name }))
    await world.ledger.postBatch(posted.map((transfer) => [transfer]))
    const read = await world.ledger.transfersOf(id, { before: null, limit: 100 })
    expect(read.map(({ causeId, step }) => [causeId, step]).sort()).toEqual(
      posted.map(({ causeId, step }) => [causeId, step]).sort(),
    )
  })
})

describe('the history of an account', () => {
  test('tells each transfer as it was posted', async () => {
    const id = await anAccount()
    const until = new Date('2026-04-01T00:00:00.000Z')
    const transfers = [
      between(cash, id, 50n, { causeId: `told-${id}`, step: '1' }),
      reserving(id, bank, 20n, { causeId: `told-${id}`, step: '2', expiresAt: until }),
      between(id, bank, 20n, { causeId: `told-${id}`, step: '3', kind: 'VOID', resolves: '2' }),
      reserving(bank, id, 10n, { causeId: `told-${id}`, step: '4' }),
    ]
    await world.ledger.postBatch(transfers.map((transfer) => [transfer]))
    const read = await world.ledger.transfersOf(id, { before: null, limit: 10 })
    expect(read).toEqual(transfers.map((transfer) => asPosted(transfer, world.clock.now())).reverse())
  })

  test('is listed newest first, and page by page by time', async () => {
    const id = await anAccount()
    for (const n of [1n, 2n, 3n]) {
      world.clock.advance({ seconds: 1 })
      await world.ledger.post([between(cash, id, n)])
    }
    const first = await world.ledger.transfersOf(id, { before: null, limit: 2 })
    expect(first.map(({ amount }) => amount.minor)).toEqual([3n, 2n])
    const second = await world.ledger.transfersOf(id, { before: first[1]!.postedAt, limit: 2 })
    expect(second.map(({ amount }) => amount.minor)).toEqual([1n])
  })

  test.each([
    ['somebody’s account', () => anAccount()],
    ['the wallet’s own', async () => cashAccount(71, 'CNY')],
    ['an account in transit', async () => inTransitAccount(71, 'CNY')],
  ])('of %s loses none of many of one moment between two pages, and repeats none', async (_, account) => {
    const id = await account()
    const bucket = id.includes(':071:') ? 71 : 7
    const other = await world.aUserAccount(1000n, bucket)
    await world.ledger.postBatch(
      Array.from({ length: 25 }, (_, n) => [
        n % 2 ? between(other, id, 2n, { bucket, step: 'PAGED' }) : between(id, other, 1n, { bucket, step: 'PAGED' }),
      ]).sort((a, b) => Number(b[0]!.amount.minor - a[0]!.amount.minor)),
    )
    const steps = new Set<string>()
    let before: Awaited<ReturnType<typeof world.ledger.transfersOf>>[number] | null = null
    for (;;) {
      const page = await world.ledger.transfersOf(id, { before, limit: 4, step: 'PAGED' })
      for (const { causeId } of page) {
        expect(steps.has(causeId)).toBe(false)
        steps.add(causeId)
      }
      before = page.at(-1) ?? null
      if (page.length < 4) break
    }
    expect(steps.size).toBe(25)
  })

  test('has only one step when it is named', async () => {
    const id = await anAccount(9n)
    await world.ledger.post([between(cash, id, 5n, { step: 'RARE' })])
    await world.ledger.post([between(cash, id, 6n)])
    const rare = await world.ledger.transfersOf(id, { before: null, limit: 10, step: 'RARE' })
    expect(rare.map(({ amount }) => amount.minor)).toEqual([5n])
  })

  test('is what the wallet’s own accounts are computed from', async () => {
    const id = await world.aUserAccount(40n, 99)
    const at99 = { bucket: 99 }
    await world.ledger.post([between(id, inTransitAccount(99, 'CNY'), 15n, at99)])
    await world.ledger.post([between(inTransitAccount(99, 'CNY'), feesAccount(99, 'CNY'), 4n, at99)])
    const kept = reserving(bankClearingAccount(99, 'CNY'), inTransitAccount(99, 'CNY'), 7n, at99)
    const given = reserving(bankClearingAccount(99, 'CNY'), inTransitAccount(99, 'CNY'), 9n, at99)
    await world.ledger.postBatch([[kept], [given]])
    await world.ledger.post([{ ...given, step: 'GIVEN', kind: 'POST', resolves: given.step }])
    const own = [cashAccount, inTransitAccount, feesAccount, bankClearingAccount].map((address) => address(99, 'CNY'))
    expect((await world.ledger.accounts(own)).map(({ id, available, pending }) => [id, available, pending])).toEqual([
      ['bank-clearing:099:CNY', -16n, 7n],
      ['cash:099:CNY', -40n, 0n],
      ['fees:099:CNY', 4n, 0n],
      ['in-transit:099:CNY', 20n, 0n],
    ])
  })
})

test('after all of this the ledger adds up', async () => {
  expect(await world.ledger.verify()).toEqual([])
})
