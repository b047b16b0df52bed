/** Funding: the bank is asked until its answer is known, and believed when it has said the same twice. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { money } from '@tradepay/money'
import { memoFor } from '../src/funding/ask.ts'
import { LOOKING_MAX } from '../src/funding/service.ts'
import { inquiryDelaysSeconds } from '../src/funding/types.ts'
import { answersOf, askWhenDue, aTopUp, aUserWithBank, expectBooksAgree, fundingOf, quietRooms } from './bank-world.ts'
import { balanceOf, createTestWorld, until, type FakeBankWord, type TestWorld } from './support/index.ts'

let world: TestWorld
let wakes = 0
beforeAll(async () => {
  world = await createTestWorld({ wake: () => wakes++ })
})
afterAll(() => world.close())

const yes: FakeBankWord = { state: 'SUCCEEDED' }
const no: FakeBankWord = { state: 'FAILED', failure: 'ACCOUNT_CLOSED' }
const notYet: FakeBankWord = { state: 'PROCESSING' }
const neverHeard: FakeBankWord = { state: 'NOT_FOUND' }

describe('what the bank says', () => {
  test('a healthy bank ends it in one round, with the question and its confirmation', async () => {
    const mei = await aUserWithBank(world)
    const { topUpId, fundingId } = await aTopUp(world, mei)
    expect(await world.rooms.fundings.askDue()).toBe(1)
    expect(await fundingOf(world, topUpId)).toMatchObject({
      direction: 'IN',
      purpose: 'TOP_UP',
      state: 'SUCCEEDED',
      failure: null,
      attempts: 2,
      dueAt: null,
      finishedAt: world.clock.now(),
      log: [
        { attempt: 1, question: 'ASK', answer: 'SUCCEEDED', detail: null },
        { attempt: 2, question: 'INQUIRE', answer: 'SUCCEEDED', detail: null },
      ],
    })
    expect(world.bank.asked(fundingId)).toBe('ASK INQUIRE')
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
    await expectBooksAgree(world)
  })

  test('the bank gets the order in its own words: the reference, the amount, and who asks for what', async () => {
    const mei = await aUserWithBank(world)
    const { topUpId, fundingId } = await aTopUp(world, mei, 123n)
    await world.rooms.fundings.askDue()
    expect(world.bank.questions.find((put) => put.fundingId === fundingId)!.order).toEqual({
      fundingId,
      direction: 'IN',
      bankRef: mei.account.bankRef,
      amount: money('CNY', 123n),
      memo: `TradePay ${topUpId}`,
    })
  })

  test('a bank that refuses ends it too, with its reason', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ refuses: 'BALANCE_NOT_ENOUGH' })
    const { topUpId } = await aTopUp(world, mei)
    await world.rooms.fundings.askDue()
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'FAILED', failure: 'BALANCE_NOT_ENOUGH' })
    expect((await fundingOf(world, topUpId)).log.map(({ detail }) => detail)).toEqual([
      'BALANCE_NOT_ENOUGH',
      'BALANCE_NOT_ENOUGH',
    ])
    expect(await balanceOf(world, mei.user.userId)).toBe(0n)
    await expectBooksAgree(world)
  })

  test('a bank that never answers leaves it processing, and is asked with growing pauses for as long as it takes', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ moves: 'NEVER' })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await world.rooms.fundings.askDue()
    const pauses: number[] = []
    for (let n = 0; n < inquiryDelaysSeconds.length + 3; n++) pauses.push(await askWhenDue(world, topUpId))
    expect(pauses).toEqual([...inquiryDelaysSeconds, 3600, 3600, 3600])
    expect(world.bank.asked(fundingId)).toBe(['ASK', ...pauses.map(() => 'INQUIRE')].join(' '))
    expect(await world.rooms.topUps.find(mei.user.userId, topUpId)).toMatchObject({ state: 'PROCESSING' })
    expect(await balanceOf(world, mei.user.userId), 'what has not come cannot be spent').toBe(0n)

    world.bank.finish(fundingId)
    await askWhenDue(world, topUpId)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
    await expectBooksAgree(world)
  })

  test('before its time nothing is asked', async () => {
    world.bank.next({ moves: 'LATER' })
    const { topUpId, fundingId } = await aTopUp(world, await aUserWithBank(world))
    await world.rooms.fundings.askDue()
    expect(await world.rooms.fundings.askDue()).toBe(0)
    world.clock.advance({ milliseconds: 999 })
    await world.rooms.fundings.askDue()
    expect(world.bank.asked(fundingId)).toBe('ASK')
    expect((await world.rooms.fundings.nextDue())!.getTime()).toBe(world.clock.now().getTime() + 1)
    world.bank.finish(fundingId)
    await askWhenDue(world, topUpId)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
  })

  test('an answer lost on the way is found by inquiry; the money moves once', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ says: ['LOST_AFTER'] })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await world.rooms.fundings.askDue()
    expect(await fundingOf(world, topUpId)).toMatchObject({
      state: 'PROCESSING',
      log: [{ question: 'ASK', answer: 'UNKNOWN', detail: 'The bank did not answer in time.' }],
    })
    await askWhenDue(world, topUpId)
    expect(world.bank.asked(fundingId)).toBe('ASK INQUIRE INQUIRE')
    expect(world.bank.moved.filter((moved) => moved.fundingId === fundingId)).toHaveLength(1)
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
    await expectBooksAgree(world)
  })

  test('a question lost on the way is put again under the same id; the money moves once', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ says: ['LOST_BEFORE'] })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await world.rooms.fundings.askDue()
    await askWhenDue(world, topUpId)
    expect(world.bank.asked(fundingId)).toBe('ASK INQUIRE ASK INQUIRE')
    expect(await answersOf(world, topUpId)).toBe('UNKNOWN NOT_FOUND SUCCEEDED SUCCEEDED')
    expect(world.bank.moved.filter((moved) => moved.fundingId === fundingId)).toHaveLength(1)
    await expectBooksAgree(world)
  })

  test('a bank that has forgotten what it knew is never given the order again', async () => {
    world.bank.next({ moves: 'LATER', says: [notYet, neverHeard, neverHeard, neverHeard] })
    const { topUpId, fundingId } = await aTopUp(world, await aUserWithBank(world))
    await world.rooms.fundings.askDue()
    for (let n = 0; n < 3; n++) await askWhenDue(world, topUpId)
    expect(world.bank.asked(fundingId)).toBe('ASK INQUIRE INQUIRE INQUIRE')
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'PROCESSING' })
    world.bank.finish(fundingId)
    await askWhenDue(world, topUpId)
  })

  test('"never heard of it" to an order that was just given is no answer', async () => {
    world.bank.next({ says: [neverHeard] })
    const { topUpId } = await aTopUp(world, await aUserWithBank(world))
    await world.rooms.fundings.askDue()
    expect(await answersOf(world, topUpId)).toBe('UNKNOWN')
    await askWhenDue(world, topUpId)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
  })

  test('whatever an adapter throws is written down as unknown, cut to a length that a row can hold', async () => {
    world.bank.next({ before: () => Promise.reject(new Error(`${'x'.repeat(5_000)}\u0000`)) })
    const first = await aTopUp(world, await aUserWithBank(world))
    await world.rooms.fundings.askDue()
    expect((await fundingOf(world, first.topUpId)).log[0]).toMatchObject({
      answer: 'UNKNOWN',
      detail: 'The bank could not be understood.',
    })
    world.bank.script(first.fundingId, { before: () => Promise.reject(new Error('x'.repeat(5_000))) })
    await askWhenDue(world, first.topUpId)
    expect((await fundingOf(world, first.topUpId)).log[1]!.detail).toBe('x'.repeat(500))
    world.bank.script(first.fundingId, {})
    await askWhenDue(world, first.topUpId)
  })
})

describe('a bank that contradicts itself', () => {
  test('is believed when it has said the same twice', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ moves: 'NEVER', says: [yes, no, no] })
    const { topUpId } = await aTopUp(world, mei)
    await world.rooms.fundings.askDue()
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'PROCESSING', attempts: 2 })
    expect(await askWhenDue(world, topUpId)).toBe(2)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'FAILED', failure: 'ACCOUNT_CLOSED' })
    expect(await balanceOf(world, mei.user.userId)).toBe(0n)
  })

  test('and never says the same twice is not believed at all', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ moves: 'NEVER', says: [yes, no, yes, no, yes, no, yes, no] })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await world.rooms.fundings.askDue()
    for (let n = 0; n < 6; n++) await askWhenDue(world, topUpId)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'PROCESSING', attempts: 8 })
    world.bank.finish(fundingId, 'REFUSED')
    await askWhenDue(world, topUpId)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'FAILED' })
  })

  test('after its final answer is written down, and moves no money', async () => {
    const mei = await aUserWithBank(world)
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await world.rooms.fundings.askDue()
    const transfersBefore = await countTransfers()
    world.clock.advance({ minutes: 5 })
    world.bank.script(fundingId, { says: [no] })
    await world.rooms.fundings.lookAgain(fundingId)
    expect(await fundingOf(world, topUpId)).toMatchObject({
      state: 'SUCCEEDED',
      contradictedAt: world.clock.now(),
      dueAt: null,
      attempts: 3,
    })
    expect(await answersOf(world, topUpId)).toBe('SUCCEEDED SUCCEEDED FAILED')
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
    expect(await countTransfers()).toBe(transfersBefore)

    const firstTime = world.clock.now()
    world.clock.advance({ minutes: 5 })
    await world.rooms.fundings.lookAgain(fundingId)
    expect((await fundingOf(world, topUpId)).contradictedAt, 'the mark stays, though it tells the truth again').toEqual(
      firstTime,
    )
  })

  test.each([
    ['the same again', yes],
    ['that it is working on it', notYet],
    ['that it has never heard of it', neverHeard],
    ['nothing', 'LOST_AFTER' as const],
  ])('does not when it says %s', async (_what, word) => {
    const { topUpId, fundingId } = await aTopUp(world, await aUserWithBank(world))
    await world.rooms.fundings.askDue()
    world.bank.script(fundingId, { says: [word] })
    await world.rooms.fundings.lookAgain(fundingId)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED', contradictedAt: null, attempts: 3 })
  })

  const countTransfers = async (): Promise<number> =>
    (await world.database.pool.query('select 1 from transfers')).rowCount ?? 0
})

describe('when the bank says that something has changed', () => {
  test('what is waiting is asked now, and the worker woken', async () => {
    const mei = await aUserWithBank(world)
    world.bank.next({ moves: 'LATER' })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    await world.rooms.fundings.askDue()
    for (let n = 0; n < 5; n++) await askWhenDue(world, topUpId)
    world.bank.finish(fundingId)
    const wakesBefore = wakes
    await world.rooms.fundings.lookAgain(fundingId)
    expect(wakes).toBe(wakesBefore + 1)
    expect(await world.rooms.fundings.askDue()).toBe(1)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
  })

  test('while it is being asked, it is asked once more', async () => {
    let letGo: () => void = () => undefined
    world.bank.next({ moves: 'LATER', says: [notYet], before: () => new Promise((resolve) => (letGo = resolve)) })
    const { topUpId, fundingId } = await aTopUp(world, await aUserWithBank(world))
    world.clock.advance({ seconds: 1 })
    const asked = world.rooms.fundings.askDue()
    await until('it is being asked', () => world.bank.asked(fundingId) === 'ASK')
    await world.rooms.fundings.lookAgain(fundingId)
    letGo()
    await asked
    world.bank.script(fundingId, {})
    world.bank.finish(fundingId)
    expect(await world.rooms.fundings.askDue(), 'without a pause').toBe(1)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
  })

  test.each([
    ['of its own', '2026030143200000123000000001'],
    ['of another shape', 'an order of somebody else'],
    ['that no row can hold', '\u0000'],
  ])('about a number %s, nothing happens', async (_what, id) => {
    const questions = world.bank.questions.length
    await world.rooms.fundings.lookAgain(id)
    expect(world.bank.questions).toHaveLength(questions)
  })

  test('many times at once about what has ended, it is inquired once', async () => {
    const { topUpId, fundingId } = await aTopUp(world, await aUserWithBank(world))
    await world.rooms.fundings.askDue()
    let letGo: () => void = () => undefined
    world.bank.script(fundingId, { before: () => new Promise((resolve) => (letGo = resolve)) })
    const looks = Array.from({ length: 50 }, () => world.rooms.fundings.lookAgain(fundingId))
    await until('it is being inquired', () => world.bank.asked(fundingId) === 'ASK INQUIRE INQUIRE')
    await until('all have come so far', isDatabaseQuiet)
    letGo()
    await Promise.all(looks)
    expect(await fundingOf(world, topUpId)).toMatchObject({ attempts: 3 })
  })

  test('about many that have ended, a few are inquired at once and all in the end', async () => {
    const mei = await aUserWithBank(world)
    const { fundings } = quietRooms(world)
    const ids: string[] = []
    for (let n = 0; n < LOOKING_MAX + 4; n++) {
      ids.push(
        await fundings.request(world.database.pool, {
          purpose: 'RETURN',
          subjectId: `ended-${n}`,
          bankAccount: mei.account,
          amount: money('CNY', 1n),
        }),
      )
    }
    // Refused, because these fundings have no transfers: the books of both sides stay equal.
    for (const id of ids) world.bank.script(id, { refuses: 'REFUSED' })
    await fundings.askDue()
    const gates: (() => void)[] = []
    for (const id of ids) world.bank.script(id, { before: () => new Promise((resolve) => gates.push(resolve)) })
    const before = world.bank.questions.length
    const looks = ids.map((id) => fundings.lookAgain(id))
    await until('some are inquired', () => gates.length === LOOKING_MAX)
    await until('nothing else happens', isDatabaseQuiet)
    expect(gates).toHaveLength(LOOKING_MAX)
    const done = Promise.all(looks).then(() => true)
    while (!(await Promise.race([done, new Promise<false>((resolve) => setImmediate(() => resolve(false)))]))) {
      for (const letGo of gates.splice(0)) letGo()
    }
    expect(world.bank.questions).toHaveLength(before + ids.length)
  })

  const isDatabaseQuiet = (): boolean => {
    const { waitingCount, idleCount, totalCount } = world.database.pool
    return waitingCount === 0 && idleCount === totalCount
  }
})

test.each([
  ['TradePay', '2026', 'TradePay 2026'],
  ['', '2026', '2026'],
  ['W'.repeat(200), '1'.repeat(28), `${'W'.repeat(111)} ${'1'.repeat(28)}`],
  ['😀'.repeat(100), '1'.repeat(28), `${'😀'.repeat(55)} ${'1'.repeat(28)}`],
  ['TradePay', 'x'.repeat(300), 'x'.repeat(140)],
])('the memo of %s and %s fits the bank and cuts no character in two', (name, subject, memo) => {
  expect(memoFor(name, subject)).toBe(memo)
  expect(memo.length).toBeLessThanOrEqual(140)
})
