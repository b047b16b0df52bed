/** Verification: a healthy database is found healthy, also while it serves, and what is unfinished is told with its age. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { money } from '@tradepay/money'
import { transaction } from '../src/db/transaction.ts'
import { ledgerChecks } from '../src/ledger/verify.ts'
import { roomChecks } from '../src/verify/checks.ts'
import { countedTables, notices } from '../src/verify/notices.ts'
import { askAll } from '../src/verify/questions.ts'
import { verify } from '../src/verify/verify.ts'
import { anOrder, aUser, createTestWorld, refusal, type TestWorld } from './support/index.ts'
import { aMoneyWorld, type MoneyWorld } from './support/money-world.ts'

let world: TestWorld
let made: MoneyWorld

beforeAll(async () => {
  world = await createTestWorld()
  world.transport.on('https://down.example', () => refusal)
  made = await aMoneyWorld(world)
})
afterAll(() => world.close())

describe('a healthy database', () => {
  test('in which money has gone every way, and some is on its way, breaks no promise', async () => {
    const report = await verify(world.deps.db, { now: world.clock.now() })
    expect(report.violations).toEqual([])
    expect(new Set(report.checked.map(({ invariant }) => invariant))).toEqual(
      new Set(['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'I8', 'I9', 'I10']),
    )
  })
  test('is counted as it is', async () => {
    const { counts } = await verify(world.deps.db)
    for (const [name, table] of Object.entries(countedTables)) {
      const { rows } = await world.database.pool.query<{ count: bigint }>(`select count(*) as count from ${table}`)
      expect([name, counts[name as keyof typeof counts]]).toEqual([name, rows[0]!.count])
      expect(counts[name as keyof typeof counts]).toBeGreaterThan(0n)
    }
  })
  test('that is empty is healthy too', async () => {
    const empty = await createTestWorld()
    const { violations, notices: told } = await verify(empty.deps.db)
    expect([violations, told]).toEqual([[], []])
    await empty.close()
  })
  test('is asked the same, all at once when small and one by one when large', async () => {
    const questions = [...ledgerChecks, ...roomChecks, ...notices]
    const ask = (togetherUpTo: number): Promise<unknown> =>
      transaction(world.deps.db, (tx) => askAll(tx, questions, togetherUpTo), {
        isolation: 'repeatable read',
        readOnly: true,
      })
    const oneByOne = await ask(-1)
    expect(oneByOne).toEqual(await ask(Number.MAX_SAFE_INTEGER))
    expect(oneByOne).toHaveLength(questions.length)
  })
  test('is left as it was, with the planner settings of the pool', async () => {
    const read = async (): Promise<unknown> =>
      (
        await world.database.pool.query(
          "select current_setting('enable_seqscan') as scan, current_setting('work_mem') as mem",
        )
      ).rows
    const before = await read()
    for (let run = 0; run < 12; run++) await verify(world.deps.db)
    expect(await read()).toEqual(before)
    expect(before).toEqual([expect.objectContaining({ scan: 'off' })])
  })
})

describe('what is no broken promise but must be seen', () => {
  test('is everything that waits for the bank, oldest first, with its age and purpose', async () => {
    const now = new Date(world.clock.now().getTime() + 90_000)
    const pending = (await verify(world.deps.db, { now })).notices.find(({ kind }) => kind === 'PENDING')!
    expect(pending.rows.map(({ purpose }) => purpose).sort()).toEqual([
      'PAYMENT',
      'PAY_OUT',
      'REFUND',
      'RETURN',
      'TOP_UP',
    ])
    expect(pending.rows[0]).toMatchObject({ purpose: 'RETURN', total: '5', amount: '700' })
    expect(pending.rows[0]!.ageSeconds).toBeGreaterThan(3600)
    expect(pending.rows.at(-1)).toMatchObject({ ageSeconds: 90 })
  })
  test('is a bank that contradicts itself; the money stays where it is', async () => {
    const own = await createTestWorld()
    const { payOuts } = await aMoneyWorld(own)
    expect((await verify(own.deps.db)).notices.map(({ kind }) => kind)).toEqual(['PENDING'])
    const [funding] = await own.rooms.fundings.of(payOuts.succeeded)
    own.bank.script(funding!.fundingId, { says: [{ state: 'FAILED', failure: 'REFUSED' }] })
    await own.rooms.fundings.lookAgain(funding!.fundingId)
    const report = await verify(own.deps.db, { now: own.clock.now() })
    expect(report.violations).toEqual([])
    expect(report.notices.find(({ kind }) => kind === 'CONTRADICTION')!.rows).toEqual([
      expect.objectContaining({ subject_id: payOuts.succeeded, state: 'SUCCEEDED', ageSeconds: 0, total: '1' }),
    ])
    await own.close()
  })
})

test('it may run while payments go on, and finds nothing half done', async () => {
  const busy = await aUser(world, { balance: 1_000_000n })
  let done = false
  const paying = (async () => {
    for (let round = 0; round < 10; round++) {
      const orders = await Promise.all(
        Array.from({ length: 20 }, () => anOrder(world, made.shop, { amount: money('CNY', 300n) })),
      )
      await Promise.all(
        orders.map(({ tradeNo, amount }) => world.rooms.payments.confirm({ tradeNo, amount, payerId: busy.userId })),
      )
    }
    done = true
  })()
  let runs = 0
  while (!done) {
    expect((await verify(world.deps.db)).violations).toEqual([])
    runs++
  }
  await paying
  expect(runs).toBeGreaterThan(0)
})
