/** The test bank by itself: it answers as told, never moves money twice, and its books are always in order. */
import { bankControlPaths } from '@tradepay/contract'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { answerTo, checkBehaviour, pushesOf, secondsToDecide, type Truth } from '../src/test-bank/behaviour.ts'
import { createCounter } from '../src/test-bank/counter.ts'
import { aloneBank, type AloneBank, type Told } from './bank-support.ts'

let test: AloneBank
beforeAll(async () => void (test = await aloneBank()))
afterAll(async () => await test.close())
// Whatever a test did, the books are in order afterwards.
afterEach(async () => expect((await test.control(bankControlPaths.verify)).body).toEqual({ violations: [] }))

let count = 0
const newId = (): string => `order-${++count}`
const richHas = async (): Promise<bigint> => BigInt((await test.balances())['rich']!)
const tellNext = (behaviour: object, account = 'rich') => test.control(bankControlPaths.next(account), behaviour)
const states = (...told: Told[]): unknown[] => told.map(({ state }) => state)

describe('what it says', () => {
  const yes: Truth = { state: 'SUCCEEDED' }
  const no: Truth = { state: 'FAILED', failure: 'ACCOUNT_CLOSED' }
  const lie = { state: 'FAILED', failure: 'REFUSED' }

  it.each([
    ['NOW', yes, 0, yes],
    ['NOW', no, 5, no],
    ['LATER', { state: 'PROCESSING' } as Truth, 3, { state: 'PROCESSING' }],
    ['CONTRADICT', yes, 0, lie],
    ['CONTRADICT', yes, 1, yes],
    ['CONTRADICT', no, 0, { state: 'SUCCEEDED' }],
    ['CONTRADICT', { state: 'PROCESSING' } as Truth, 0, { state: 'PROCESSING' }],
    ['LOST', yes, 0, 'CUT'],
    ['LOST', yes, 1, yes],
    ['FLAP', yes, 0, lie],
    ['FLAP', yes, 1, yes],
    ['FLAP', yes, 4, lie],
    ['FLAP', yes, 6, yes],
    ['FLAP', no, 2, { state: 'SUCCEEDED' }],
  ] as const)('%s with the truth %j says at answer %i: %j', (answers, truth, before, said) => {
    expect(answerTo({ answers }, truth, before)).toEqual(said)
  })

  it.each([
    [{ answers: 'NOW' }, 0, 0],
    [{ answers: 'LATER', seconds: 7 }, 7, 1],
    [{ answers: 'LATER' }, 20, 1],
    [{ answers: 'NEVER' }, null, 1],
    [{ answers: 'TWICE' }, 1, 2],
    [{ answers: 'LOST' }, 0, 1],
    [{ answers: 'REFUSE' }, 0, 0],
  ] as const)('%j is decided after %s seconds and pushed %i times', (behaviour, seconds, pushes) => {
    expect([secondsToDecide(behaviour), pushesOf(behaviour)]).toEqual([seconds, pushes])
  })

  it('takes seconds only with LATER and a failure only with REFUSE', () => {
    expect(() => checkBehaviour({ answers: 'NOW', seconds: 5 }, 'bank')).toThrow('"bank.seconds"')
    expect(() => checkBehaviour({ answers: 'LATER', failure: 'REFUSED' })).toThrow('"failure"')
    expect(() => checkBehaviour({ answers: 'LATER', seconds: 5 })).not.toThrow()
  })
})

describe('an order', () => {
  it('moves the money once, however often and however concurrently it is sent', async () => {
    const before = await richHas()
    const orderId = newId()
    const about = { direction: 'COLLECT', amount: { currency: 'CNY', value: '1250' } }
    const answers = await Promise.all(Array.from({ length: 20 }, () => test.ask({ orderId })))
    expect(answers).toEqual(Array(20).fill({ status: 200, orderId, ...about, state: 'SUCCEEDED' }))
    expect(before - (await richHas())).toBe(1250n)
  })

  it.each([
    ['amount', { amount: { currency: 'CNY', value: '1251' } }],
    ['currency', { amount: { currency: 'USD', value: '1250' } }],
    ['account', { account: 'slow' }],
    ['direction', { direction: 'PAY' }],
  ])('with another %s under the same number is refused and changes nothing', async (_what, other) => {
    const orderId = newId()
    await test.ask({ orderId })
    const before = await test.balances()
    expect((await test.ask({ orderId, ...other })).status).toBe(409)
    expect(await test.balances()).toEqual(before)
    expect((await test.ask({ orderId, memo: 'Other words' })).state, 'the memo is no content').toBe('SUCCEEDED')
  })

  it('to pay puts the money on the account', async () => {
    const before = await richHas()
    expect((await test.ask({ orderId: newId(), direction: 'PAY' })).state).toBe('SUCCEEDED')
    expect((await richHas()) - before).toBe(1250n)
  })

  it('is answered with what it is about, also to an inquiry and whatever has become of it', async () => {
    const order = { direction: 'PAY', amount: { currency: 'CNY', value: '31' } }
    const [orderId, poor] = [newId(), newId()]
    await test.ask({ orderId, account: 'rich', ...order })
    expect(await test.inquire(orderId)).toEqual({ status: 200, orderId, ...order, state: 'SUCCEEDED' })
    expect(await test.ask({ orderId: poor, account: 'dollars', ...order })).toMatchObject({ ...order, state: 'FAILED' })
    expect(await test.inquire(poor)).toMatchObject({ orderId: poor, ...order, state: 'FAILED' })
  })

  it.each([
    ['more than there is', { account: 'slow', amount: { currency: 'CNY', value: '1001' } }, 'BALANCE_NOT_ENOUGH'],
    ['an account that there is not', { account: 'nobody' }, 'ACCOUNT_NOT_FOUND'],
    ["the wallet's own account", { account: 'wallet:CNY' }, 'ACCOUNT_NOT_FOUND'],
    ["the bank's capital", { account: 'capital:CNY' }, 'ACCOUNT_NOT_FOUND'],
    ['another currency than the account has', { account: 'dollars' }, 'REFUSED'],
  ])('for %s fails for good', async (_what, order, failure) => {
    const before = await test.balances()
    const orderId = newId()
    await test.ask({ orderId, ...order })
    test.advance(61)
    expect(await test.inquire(orderId)).toMatchObject({ status: 200, state: 'FAILED', failure })
    expect(await test.ask({ orderId, ...order })).toMatchObject({ state: 'FAILED', failure })
    expect(await test.balances()).toEqual(before)
  })

  it('of many at once never takes more than there is', async () => {
    const orders = Array.from({ length: 6 }, () => ({
      orderId: newId(),
      account: 'dollars',
      amount: { currency: 'USD', value: '200' },
    }))
    const told = await Promise.all(orders.map((order) => test.ask(order)))
    expect(told.filter(({ state }) => state === 'SUCCEEDED')).toHaveLength(2)
    expect((await test.balances())['dollars']).toBe('100')
  })

  it.each([
    ['no key', '', {}, 401],
    ['a wrong key', 'x'.repeat(38), {}, 401],
    ['an amount of zero', undefined, { amount: { currency: 'CNY', value: '0' } }, 400],
    ['an amount below zero', undefined, { amount: { currency: 'CNY', value: '-5' } }, 400],
    ['a float', undefined, { amount: { currency: 'CNY', value: '1.5' } }, 400],
    ['an unknown currency', undefined, { amount: { currency: 'XXX', value: '1' } }, 400],
    ['another direction', undefined, { direction: 'STEAL' }, 400],
    ['a memo of a novel', undefined, { memo: 'x'.repeat(141) }, 400],
  ])('with %s is refused, and not remembered', async (_what, key, order, status) => {
    const orderId = newId()
    expect((await test.ask({ orderId, ...order }, key)).status).toBe(status)
    expect((await test.inquire(orderId)).status).toBe(404)
  })
})

describe('it answers as told', () => {
  it('LATER: processing until its time, then for good, with one push', async () => {
    await tellNext({ answers: 'LATER', seconds: 60 })
    const before = await richHas()
    const orderId = newId()
    expect(states(await test.ask({ orderId }), await test.inquire(orderId))).toEqual(['PROCESSING', 'PROCESSING'])
    test.advance(59)
    expect(states(await test.inquire(orderId))).toEqual(['PROCESSING'])
    expect(await richHas()).toBe(before)
    test.advance(1)
    await expect.poll(() => test.pushed).toContain(orderId)
    expect(states(await test.inquire(orderId))).toEqual(['SUCCEEDED'])
    expect(before - (await richHas())).toBe(1250n)
    expect(test.pushed.filter((pushed) => pushed === orderId)).toHaveLength(1)
  })

  it('NEVER: processing for ever, until somebody decides it', async () => {
    const [stuck, refused] = [newId(), newId()]
    for (const orderId of [stuck, refused]) {
      await tellNext({ answers: 'NEVER' })
      await test.ask({ orderId })
    }
    test.advance(365 * 86_400)
    expect(states(await test.inquire(stuck))).toEqual(['PROCESSING'])
    expect((await test.control(bankControlPaths.decide(stuck), {})).status).toBe(202)
    expect((await test.control(bankControlPaths.decide(refused), { failure: 'ACCOUNT_CLOSED' })).status).toBe(202)
    expect(await test.inquire(stuck)).toMatchObject({ state: 'SUCCEEDED' })
    expect(await test.inquire(refused)).toMatchObject({ state: 'FAILED', failure: 'ACCOUNT_CLOSED' })
    expect((await test.control(bankControlPaths.decide(stuck), { failure: 'REFUSED' })).status, 'not twice').toBe(409)
    expect((await test.control(bankControlPaths.decide('nothing'), {})).status).toBe(409)
    await expect.poll(() => test.pushed).toEqual(expect.arrayContaining([stuck, refused]))
  })

  it('TWICE: one movement, two pushes', async () => {
    await tellNext({ answers: 'TWICE' })
    const before = await richHas()
    const orderId = newId()
    expect(states(await test.ask({ orderId }))).toEqual(['PROCESSING'])
    test.advance(1)
    await expect.poll(() => test.pushed.filter((pushed) => pushed === orderId)).toHaveLength(2)
    expect(before - (await richHas())).toBe(1250n)
  })

  it('CONTRADICT: first the opposite, then the truth', async () => {
    await tellNext({ answers: 'CONTRADICT' })
    const orderId = newId()
    expect(states(await test.ask({ orderId }), await test.inquire(orderId), await test.ask({ orderId }))).toEqual([
      'FAILED',
      'SUCCEEDED',
      'SUCCEEDED',
    ])
    await tellNext({ answers: 'CONTRADICT' })
    const poor = { orderId: newId(), amount: { currency: 'CNY', value: '999999999' } }
    expect(states(await test.ask(poor), await test.inquire(poor.orderId))).toEqual(['SUCCEEDED', 'FAILED'])
  })

  it('LOST: it does it, and the connection is cut', async () => {
    await tellNext({ answers: 'LOST' })
    const before = await richHas()
    const orderId = newId()
    expect((await test.ask({ orderId })).status).toBe(0)
    expect(before - (await richHas())).toBe(1250n)
    expect(states(await test.inquire(orderId), await test.ask({ orderId }))).toEqual(['SUCCEEDED', 'SUCCEEDED'])
  })

  it('REFUSE: no, for the reason it was told, at every answer', async () => {
    await tellNext({ answers: 'REFUSE', failure: 'ACCOUNT_CLOSED' })
    const before = await test.balances()
    const orderId = newId()
    for (const told of [await test.ask({ orderId }), await test.inquire(orderId)]) {
      expect(told).toMatchObject({ state: 'FAILED', failure: 'ACCOUNT_CLOSED' })
    }
    expect(await test.balances()).toEqual(before)
  })

  it('FLAP: alternates six times, and moves the money once', async () => {
    await tellNext({ answers: 'FLAP' })
    const before = await richHas()
    const orderId = newId()
    const told = [await test.ask({ orderId })]
    for (let more = 0; more < 7; more++) told.push(await test.inquire(orderId))
    expect(states(...told)).toEqual([
      ...['FAILED', 'SUCCEEDED', 'FAILED', 'SUCCEEDED', 'FAILED', 'SUCCEEDED'],
      ...['SUCCEEDED', 'SUCCEEDED'],
    ])
    expect(before - (await richHas())).toBe(1250n)
  })

  it('once for each time it was told, in that order, then as the account stands for', async () => {
    await tellNext({ answers: 'REFUSE' })
    await tellNext({ answers: 'NEVER' })
    const told = [await test.ask({ orderId: newId() }), await test.ask({ orderId: newId() })]
    expect(states(...told, await test.ask({ orderId: newId() }))).toEqual(['FAILED', 'PROCESSING', 'SUCCEEDED'])
    expect(states(await test.ask({ orderId: newId(), account: 'slow' }))).toEqual(['PROCESSING'])
  })

  it('what was told for one amount and direction waits for it, and can be taken back', async () => {
    const { orders } = test.bank
    await orders.tell('rich', { answers: 'REFUSE' }, { direction: 'COLLECT', minor: 77n })
    const takeBack = await orders.tell('rich', { answers: 'NEVER' }, { direction: 'COLLECT', minor: 78n })
    expect(states(await test.ask({ orderId: newId() }))).toEqual(['SUCCEEDED'])
    const of = (value: string) => test.ask({ orderId: newId(), amount: { currency: 'CNY', value } })
    await takeBack!()
    expect(states(await of('77'), await of('77'), await of('78'))).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED'])
    expect(await orders.tell('nobody', { answers: 'NOW' })).toBeNull()
  })
})

describe('its control API', () => {
  it.each([
    ['an unknown account', 'nobody', { answers: 'NOW' }, 404],
    ["the wallet's account", 'wallet:CNY', { answers: 'NOW' }, 404],
    ['an unknown behaviour', 'rich', { answers: 'MAYBE' }, 400],
    ['no behaviour', 'rich', {}, 400],
    ['seconds that it has no use for', 'rich', { answers: 'NOW', seconds: 3 }, 400],
    ['a time of nothing', 'rich', { answers: 'LATER', seconds: 0 }, 400],
    ['an unknown reason', 'rich', { answers: 'REFUSE', failure: 'MOOD' }, 400],
  ])('refuses %s, and the next order is answered as ever', async (_what, account, behaviour, status) => {
    expect((await tellNext(behaviour, account)).status).toBe(status)
    expect(states(await test.ask({ orderId: newId() }))).toEqual(['SUCCEEDED'])
  })

  it('answers only to this machine, also to a browser', async () => {
    const headers = { origin: 'https://evil.example' }
    expect((await fetch(test.bank.url + bankControlPaths.orders, { headers })).status).toBe(403)
  })

  it('lists orders, newest first, and those of one account', async () => {
    const orderId = newId()
    test.advance(1)
    await test.ask({ orderId, account: 'slow', amount: { currency: 'CNY', value: '1' } })
    expect((await test.orders())[0]).toMatchObject({
      orderId,
      account: 'slow',
      behaviour: { answers: 'LATER', seconds: 60 },
    })
    const { body } = await test.control(`${bankControlPaths.orders}?account=slow`)
    const listed = body['orders'] as { account: string }[]
    expect(listed.length).toBeGreaterThan(0)
    expect(listed.every(({ account }) => account === 'slow')).toBe(true)
  })
})

describe('its counter', () => {
  it('serves nobody while it is closed, and closes only when everybody inside has been served', async () => {
    const counter = createCounter()
    const done: string[] = []
    let finish = (): void => undefined
    const inside = counter.serve(() => new Promise<void>((end) => (finish = end)).then(() => done.push('inside')))
    const closed = counter.whileClosed(async () => {
      done.push('closed')
      expect(await counter.serve(async () => done.push('late'))).toBe('CLOSED')
    })
    expect(await counter.serve(async () => done.push('too late'))).toBe('CLOSED')
    expect(done).toEqual([])
    finish()
    await Promise.all([inside, closed])
    expect(done).toEqual(['inside', 'closed'])
    expect(await counter.serve(async () => 'open again')).toBe('open again')
  })

  it('takes no order during a reset, and the same order after it', async () => {
    const orderId = newId()
    await test.bank.whileClosed(async () => {
      expect((await test.ask({ orderId })).status).toBe(503)
      expect((await test.inquire(orderId)).status).toBe(503)
    })
    expect((await test.inquire(orderId)).status).toBe(404)
    expect((await test.ask({ orderId })).state).toBe('SUCCEEDED')
  })
})

describe('its books', () => {
  it('survive a restart: orders, promises and pushes that were not acknowledged', async () => {
    test.answerPushes(500)
    await tellNext({ answers: 'LATER', seconds: 60 })
    const orderId = newId()
    await test.ask({ orderId })
    await tellNext({ answers: 'REFUSE' })
    const before = await test.balances()
    await test.restart()
    expect(await test.balances()).toEqual(before)
    expect(states(await test.inquire(orderId), await test.ask({ orderId: newId() }))).toEqual(['PROCESSING', 'FAILED'])
    test.advance(60)
    const times = (): number => test.pushed.filter((pushed) => pushed === orderId).length
    await expect.poll(times).toBe(1)
    test.answerPushes(204)
    await test.restart()
    test.advance(1)
    await expect.poll(times).toBe(2)
    test.advance(1000)
    expect(states(await test.inquire(orderId))).toEqual(['SUCCEEDED'])
    expect(times()).toBe(2)
  })

  it('take no change of a transfer, and show one that was forced', async () => {
    const client = new pg.Client({ connectionString: test.databaseUrl })
    await client.connect()
    await expect(client.query('update test_bank.transfers set amount = 1')).rejects.toThrow('only ever added')
    await expect(client.query('delete from test_bank.transfers')).rejects.toThrow('only ever added')
    await expect(client.query("update test_bank.accounts set balance = -1 where account = 'rich'")).rejects.toThrow(
      'balance_not_below_zero',
    )
    await client.query("update test_bank.accounts set balance = balance + 1 where account = 'rich'")
    const { violations } = (await test.control(bankControlPaths.verify)).body as { violations: { message: string }[] }
    expect(violations.map(({ message }) => message)).toEqual([
      'All balances of a currency together are zero.',
      'Each balance is what the transfers say.',
    ])
    await client.query("update test_bank.accounts set balance = balance - 1 where account = 'rich'")
    await client.end()
  })
})
