/** Funding on several servers, through crashes, failing settlements and slow banks: what is asked is settled once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { money } from '@tradepay/money'
import { transaction, type Queryable } from '../src/db/transaction.ts'
import { ASKING_MAX, CLAIM_SECONDS, createFundingService } from '../src/funding/service.ts'
import { createTopUpService } from '../src/top-up/service.ts'
import { answersOf, aTopUp, aUserWithBank, expectBooksAgree, fundingOf, quietRooms } from './bank-world.ts'
import { balanceOf, createTestWorld, until, type TestWorld } from './support/index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await createTestWorld()
})
afterAll(() => world.close())

describe('several servers on one database', () => {
  test('ask the same funding once', async () => {
    const other = await createTestWorld({
      database: world.database,
      deps: { bank: world.bank, clock: world.clock },
      seed: 2,
    })
    const people = await Promise.all(Array.from({ length: 10 }, () => aUserWithBank(world)))
    const topUps = await Promise.all(people.map((person) => aTopUp(world, person)))
    const asked = await Promise.all([world, other, world, other].map(({ rooms }) => rooms.fundings.askDue()))
    expect(asked.reduce((sum, count) => sum + count)).toBe(10)
    for (const { fundingId } of topUps) expect(world.bank.asked(fundingId)).toBe('ASK INQUIRE')
    for (const { user } of people) expect(await balanceOf(world, user.userId)).toBe(5_000n)
    await other.close()
  })

  test('what one was asking when it died is asked by another when its claim has run out, and settled once', async () => {
    const mei = await aUserWithBank(world)
    let letGo: () => void = () => undefined
    world.bank.next({ before: () => new Promise((resolve) => (letGo = resolve)) })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    const slow = world.rooms.fundings.askDue()
    await until('it is being asked', () => world.bank.asked(fundingId) === 'ASK')
    const other = await createTestWorld({
      database: world.database,
      deps: { bank: world.bank, clock: world.clock },
      seed: 3,
    })
    expect(await other.rooms.fundings.askDue(), 'it is claimed').toBe(0)
    expect(await other.rooms.fundings.nextDue()).toEqual(new Date(world.clock.now().getTime() + CLAIM_SECONDS * 1000))

    world.clock.advance({ seconds: CLAIM_SECONDS })
    world.bank.script(fundingId, {})
    expect(await world.rooms.fundings.askDue(), 'a process does not ask twice at once').toBe(0)
    expect(await other.rooms.fundings.askDue()).toBe(1)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })

    letGo()
    await slow
    expect(await answersOf(world, topUpId), 'the late answer is kept').toBe('SUCCEEDED SUCCEEDED SUCCEEDED')
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
    await expectBooksAgree(world)
    await other.close()
  })

  test('that settle at the same moment move the money once, and neither complains', async () => {
    const mei = await aUserWithBank(world)
    const gates: (() => void)[] = []
    world.bank.next({ before: () => new Promise((resolve) => gates.push(resolve)) })
    const { topUpId, fundingId } = await aTopUp(world, mei)
    const other = await createTestWorld({
      database: world.database,
      deps: { bank: world.bank, clock: world.clock },
      seed: 4,
    })
    const both = [world.rooms.fundings.askDue()]
    await until('the first asks', () => gates.length === 1)
    world.clock.advance({ seconds: CLAIM_SECONDS })
    both.push(other.rooms.fundings.askDue())
    await until('both ask', () => gates.length === 2)
    world.bank.script(fundingId, {})
    for (const letGo of gates) letGo()
    await Promise.all(both)
    expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
    await expectBooksAgree(world)
    await other.close()
  })

  test('whoever settles second is rolled back, and its owner hears of no end', async () => {
    const mei = await aUserWithBank(world)
    let inside = 0
    const together = async (tx: Queryable): Promise<void> => {
      const order = ++inside
      await until('both are settling', () => inside === 2)
      const text = 'insert into logins (login_id, user_id) values ($1, $1)'
      await tx.query({ text, values: [`settlement ${order}`] })
    }
    const [one, two] = [quietRooms(world, together), quietRooms(world, together)]
    const fundingId = await one.fundings.request(world.database.pool, {
      purpose: 'RETURN',
      subjectId: 'settled-twice',
      bankAccount: mei.account,
      amount: money('CNY', 1n),
    })
    const gates: (() => void)[] = []
    const before = (): Promise<void> => new Promise((resolve) => gates.push(resolve))
    world.bank.script(fundingId, { refuses: 'REFUSED', before })
    const asked = [one.fundings.askDue()]
    await until('the first asks', () => gates.length === 1)
    world.clock.advance({ seconds: CLAIM_SECONDS })
    asked.push(two.fundings.askDue())
    await until('both ask', () => gates.length === 2)
    world.bank.script(fundingId, {})
    for (const letGo of gates) letGo()
    await Promise.all(asked)
    expect([...one.heard.settled, ...two.heard.settled]).toEqual(['settled-twice FAILED'])
    const { rowCount } = await world.database.pool.query("select 1 from logins where login_id like 'settlement %'")
    expect(rowCount).toBe(1)
  })

  test('what was written down before a crash is asked by whoever comes next', async () => {
    const mei = await aUserWithBank(world)
    const { topUpId } = await aTopUp(world, mei)
    const restarted = await createTestWorld({
      database: world.database,
      deps: { bank: world.bank, clock: world.clock },
      seed: 5,
    })
    expect(await restarted.rooms.fundings.askDue()).toBe(1)
    expect(await fundingOf(restarted, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
    await restarted.close()
  })
})

describe('a settlement that does not work', () => {
  /** A funding room of its own whose top-ups cannot be settled while `broken` is set. */
  function brokenRooms() {
    const state = { broken: true, settlements: 0 }
    const { ledger, users } = world.rooms
    const fundings = createFundingService(world.deps, ledger, () => undefined)
    const topUps = createTopUpService(world.deps, {
      fundings,
      users,
      ledger: {
        account: (id) => ledger.account(id),
        post: async (transfers, tx) => {
          if (transfers[0]!.kind === 'POST' && ++state.settlements && state.broken) throw new Error('the disk is full')
          await ledger.post(transfers, tx)
        },
      },
    })
    return { state, fundings, rooms: { ...world.rooms, fundings, topUps } }
  }

  test('leaves it waiting, is reported, is tried again with growing pauses, and asks the bank no more', async () => {
    const mei = await aUserWithBank(world)
    const { state, fundings, rooms } = brokenRooms()
    const { topUpId, fundingId } = await aTopUp({ rooms }, mei)
    await expect(fundings.askDue()).rejects.toThrow('the disk is full')
    const pauses: number[] = []
    for (let n = 0; n < 6; n++) {
      const { state, dueAt } = await fundingOf(world, topUpId)
      expect(state).toBe('PROCESSING')
      pauses.push((dueAt!.getTime() - world.clock.now().getTime()) / 1000)
      world.clock.set(dueAt!)
      await expect(fundings.askDue()).rejects.toThrow('the disk is full')
    }
    expect(pauses).toEqual([1, 1, 2, 4, 8, 16])
    expect(world.bank.asked(fundingId)).toBe('ASK INQUIRE')
    expect(await balanceOf(world, mei.user.userId)).toBe(0n)

    state.broken = false
    world.clock.set((await fundingOf(world, topUpId)).dueAt!)
    expect(await fundings.askDue()).toBe(1)
    expect(state.settlements).toBe(8)
    expect(world.bank.asked(fundingId)).toBe('ASK INQUIRE')
    expect(await balanceOf(world, mei.user.userId)).toBe(5_000n)
    await expectBooksAgree(world)
  })

  test('harms no other', async () => {
    const { state, fundings, rooms } = brokenRooms()
    const [mei, li] = [await aUserWithBank(world), await aUserWithBank(world)]
    const broken = await aTopUp({ rooms }, mei)
    const refused = await aTopUp({ rooms }, li)
    const alsoBroken = await aTopUp({ rooms }, li)
    world.bank.script(refused.fundingId, { refuses: 'REFUSED' })
    await expect(fundings.askDue(), 'each failure is reported').rejects.toMatchObject({
      errors: [new Error('the disk is full'), new Error('the disk is full')],
    })
    expect(await fundingOf(world, refused.topUpId)).toMatchObject({ state: 'FAILED' })
    state.broken = false
    world.clock.advance({ seconds: 1 })
    await fundings.askDue()
    for (const { topUpId } of [broken, alsoBroken]) {
      expect(await fundingOf(world, topUpId)).toMatchObject({ state: 'SUCCEEDED' })
    }
  })
})

describe('how much is asked', () => {
  test('at once is bounded, in a call and in the process', async () => {
    const mei = await aUserWithBank(world)
    const total = ASKING_MAX + 6
    const subjects = Array.from({ length: total }, (_, n) => `bounded-${n}`)
    const { fundings } = quietRooms(world)
    await transaction(world.database.pool, async (tx) => {
      for (const subjectId of subjects) {
        await fundings.request(tx, { purpose: 'RETURN', subjectId, bankAccount: mei.account, amount: money('CNY', 1n) })
      }
    })
    const gates: (() => void)[] = []
    world.bank.next(...subjects.map(() => ({ before: () => new Promise<void>((resolve) => gates.push(resolve)) })))
    const three = fundings.askDue(3)
    await until('three are asked', () => gates.length === 3)
    const others = [fundings.askDue(), fundings.askDue()]
    await until('the process is full', () => gates.length === ASKING_MAX)
    expect(await fundings.askDue()).toBe(0)
    // Whoever is done makes room; the confirming questions wait at the gate as well.
    let done = false
    const all = Promise.all([three, ...others]).then(() => (done = true))
    await until('they are through', () => {
      for (const letGo of gates.splice(0)) letGo()
      return done
    })
    await all
    const rest = fundings.askDue()
    await until('the rest is asked', () => gates.length === 6)
    let restDone = false
    void rest.then(() => (restDone = true))
    await until('the rest is through', () => {
      for (const letGo of gates.splice(0)) letGo()
      return restDone
    })
    expect(await rest).toBe(6)
    expect(world.bank.mostAtOnce).toBe(ASKING_MAX)
  })

  test('an order that the bank is slow with delays no other', async () => {
    let letGo: () => void = () => undefined
    world.bank.next({ before: () => new Promise((resolve) => (letGo = resolve)) })
    const slow = await aTopUp(world, await aUserWithBank(world))
    const asked = world.rooms.fundings.askDue()
    await until('it is being asked', () => world.bank.asked(slow.fundingId) === 'ASK')
    const fast = await aTopUp(world, await aUserWithBank(world))
    expect(await world.rooms.fundings.askDue()).toBe(1)
    expect(await fundingOf(world, fast.topUpId)).toMatchObject({ state: 'SUCCEEDED' })
    world.bank.script(slow.fundingId, {})
    letGo()
    await asked
    expect(await fundingOf(world, slow.topUpId)).toMatchObject({ state: 'SUCCEEDED' })
  })
})

describe('the room', () => {
  test('tells the owner each answer and the end, for the record', async () => {
    const mei = await aUserWithBank(world)
    const { fundings, heard } = quietRooms(world)
    await transaction(world.database.pool, (tx) =>
      fundings.request(tx, {
        purpose: 'RETURN',
        subjectId: 'told',
        bankAccount: mei.account,
        amount: money('CNY', 1n),
      }),
    )
    await fundings.askDue()
    expect(heard).toEqual({
      answered: ['told 1 ASK SUCCEEDED', 'told 2 INQUIRE SUCCEEDED'],
      settled: ['told SUCCEEDED'],
    })
    expect(await fundingOf(world, 'told')).toMatchObject({ direction: 'OUT', purpose: 'RETURN' })
  })

  test('writes nothing when the transaction of the caller does not commit', async () => {
    const mei = await aUserWithBank(world)
    const rolledBack = transaction(world.database.pool, async (tx) => {
      await world.rooms.fundings.request(tx, {
        purpose: 'TOP_UP',
        subjectId: 'rolled-back',
        bankAccount: mei.account,
        amount: money('CNY', 1n),
      })
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    expect(await world.rooms.fundings.of('rolled-back')).toEqual([])
    expect(await world.rooms.fundings.askDue()).toBe(0)
  })

  test('takes one subject and purpose once', async () => {
    const mei = await aUserWithBank(world)
    const { topUpId } = await aTopUp(world, mei)
    const again = world.rooms.fundings.request(world.database.pool, {
      purpose: 'TOP_UP',
      subjectId: topUpId,
      bankAccount: mei.account,
      amount: money('CNY', 1n),
    })
    await expect(again).rejects.toThrow(/unique/)
    await world.rooms.fundings.askDue()
  })

  test('has one owner for each purpose', () => {
    expect(() => world.rooms.fundings.own('TOP_UP', { settle: async () => undefined })).toThrow(/already/)
  })

  test('without a bank has nothing to ask, and says so', async () => {
    const alone = await createTestWorld({ database: world.database, deps: { bank: null }, seed: 6 })
    expect(alone.rooms.fundings.available).toBe(false)
    expect(world.rooms.fundings.available).toBe(true)
    const mei = await aUserWithBank(world)
    const { topUpId, fundingId } = await aTopUp(world, mei)
    expect(await alone.rooms.fundings.askDue()).toBe(0)
    expect(await alone.rooms.fundings.nextDue()).toBeNull()
    await alone.rooms.fundings.lookAgain(fundingId)
    await expect(alone.rooms.fundings.bankAccount(mei.user.userId, mei.account.bankAccountId)).rejects.toMatchObject({
      code: 'BANK_NOT_AVAILABLE',
    })
    expect(await fundingOf(alone, topUpId)).toMatchObject({ state: 'PROCESSING' })
    await world.rooms.fundings.askDue()
    await alone.close()
  })
})
