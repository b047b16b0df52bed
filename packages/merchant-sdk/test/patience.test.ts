/**
 * How long the clients wait and how often they ask: repeats of a call that gave no answer, and `waitForFinal`. Time is the
 * test's own.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AlipayClient, fakeClock, money, TradePayClient, type FakeClock, type FinalOrder } from '../src/index.ts'
import { accepted, CLIENT_ID, makeKeys, NOW, problemOf, signedAnswer, startFakeWallet, success } from './support.ts'
import type { FakeWallet, Keys, Reply } from './support.ts'

let keys: Keys
let wallet: FakeWallet
let clock: FakeClock

beforeAll(async () => {
  keys = await makeKeys()
  wallet = await startFakeWallet()
})
afterAll(() => wallet.close())
beforeEach(() => {
  wallet.received.length = 0
  clock = fakeClock(NOW)
})

const optionsWith = (more: object = {}) => ({
  baseUrl: wallet.url,
  clientId: CLIENT_ID,
  privateKey: keys.merchant.privateKey,
  walletPublicKey: keys.wallet.publicKey,
  clock,
  timer: clock,
  ...more,
})
const client = (more?: object) => new TradePayClient(optionsWith(more))
const order = { orderNo: 'A-1', title: 'Tea', amount: money('CNY', 3600n) }
const created = { result: accepted, paymentId: 'T-1', paymentRequestId: 'A-1' }
const refusal = (resultStatus: string, resultCode: string) => ({ result: { resultStatus, resultCode } })
const inquired = (paymentStatus: string) => ({
  result: success,
  paymentId: 'T-1',
  paymentRequestId: 'A-1',
  paymentAmount: { currency: 'CNY', value: '3600' },
  paymentStatus,
})

/** Signed at the time of the test's clock. */
const answer = (content: object) => (path: string) =>
  signedAnswer(keys.wallet.privateKey, path, content, { time: clock.now().toISOString() })
/** Answers in this order; the last one again and again. */
function answersInTurn(...replies: (Reply | ((path: string) => Promise<Reply>))[]): void {
  wallet.answerWith(({ path }) => {
    const reply = replies[Math.min(wallet.received.length, replies.length) - 1]!
    return typeof reply === 'function' ? reply(path) : reply
  })
}
const errorPage: Reply = { status: 503, headers: {}, body: Buffer.from('<html>') }

/** Moves the time, step by step, until the promise is settled. */
async function whileTimePasses<T>(promise: Promise<T>, stepMs = 50): Promise<T> {
  let settled = false
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  while (!settled) await clock.advance(clock.waiting > 0 ? stepMs : 0).then(() => new Promise(setImmediate))
  return promise
}

describe('a call that gave no answer', () => {
  test.each<[string, Reply]>([
    ['a connection that breaks', 'HANG_UP'],
    ['an error page of a proxy', errorPage],
  ])('is repeated once by itself, signed anew: %s', async (_, lost) => {
    answersInTurn(lost, answer(created))
    expect(await whileTimePasses(client().createOrder(order))).toMatchObject({ tradeNo: 'T-1' })
    const [first, second] = wallet.received
    expect(second!.body.equals(first!.body)).toBe(true)
    expect(second!.headers['request-time']).not.toBe(first!.headers['request-time'])
    expect(second!.headers['signature']).not.toBe(first!.headers['signature'])
  })

  test('is unknown when the repeat gives none either', async () => {
    answersInTurn('HANG_UP')
    expect(await problemOf(whileTimePasses(client().createOrder(order)))).toMatchObject({
      code: 'NETWORK',
      isUnknown: true,
    })
    expect(wallet.received).toHaveLength(2)
  })

  test('is not repeated when that is turned off', async () => {
    answersInTurn('HANG_UP')
    expect(await problemOf(client({ retries: 0 }).createOrder(order))).toMatchObject({ code: 'NETWORK' })
    expect(wallet.received).toHaveLength(1)
  })

  test('is repeated in the Alipay family too', async () => {
    wallet.answerWith(() => 'HANG_UP')
    const alipay = new AlipayClient(optionsWith({ retries: 2 }))
    expect(await problemOf(whileTimePasses(alipay.inquireOrder({ orderNo: 'A1' })))).toMatchObject({ code: 'NETWORK' })
    expect(wallet.received).toHaveLength(3)
  })

  test.each<[string, (path: string) => Promise<Reply>]>([
    ['a refusal', (path) => answer(refusal('F', 'PROCESS_FAIL'))(path)],
    ['the wallet’s own "unknown"', (path) => answer(refusal('U', 'UNKNOWN_EXCEPTION'))(path)],
    ['an answer signed by somebody else', (path) => signedAnswer(keys.stranger.privateKey, path, created)],
  ])('is another thing than %s, which is not repeated', async (_, reply) => {
    answersInTurn(reply)
    await problemOf(client().createOrder(order))
    expect(wallet.received).toHaveLength(1)
  })

  test('takes no longer than its time, however often it is repeated', async () => {
    wallet.answerWith(() => 'HANG_UP')
    // The test's timer never ends a pause by itself: only the call's own time does.
    const problem = await problemOf(client({ retries: 5, timeoutMs: 100 }).createOrder(order))
    expect(problem).toMatchObject({ code: 'NETWORK', isUnknown: true })
    expect(wallet.received).toHaveLength(1)
  })

  test('an answer without end is not read to its end', async () => {
    const body = Buffer.alloc(2 * 1024 * 1024, 0x20)
    wallet.answerWith(() => ({ status: 200, headers: {}, body }))
    expect(await problemOf(client().createOrder(order))).toMatchObject({
      code: 'ANSWER_NOT_UNDERSTOOD',
      isUnknown: true,
    })
  })
})

describe('waitForFinal', () => {
  const wait = (options?: Parameters<TradePayClient['waitForFinal']>[1]): Promise<FinalOrder> =>
    client({ retries: 0 }).waitForFinal({ tradeNo: 'T-1' }, options)
  const until = (seconds: number) => ({ until: new Date(NOW.getTime() + seconds * 1000) })

  test.each([
    ['SUCCESS', 'PAID'],
    ['CANCELLED', 'CLOSED'],
    ['FAIL', 'FAILED'],
  ])('an order that ends as %s is final and %s', async (status, state) => {
    answersInTurn(answer(inquired('PROCESSING')), answer(inquired('PROCESSING')), answer(inquired(status)))
    expect(await whileTimePasses(wait())).toMatchObject({ isFinal: true, order: { state, tradeNo: 'T-1' } })
    expect(wallet.received).toHaveLength(3)
  })

  test('what is unknown keeps it asking: lost answers, forged ones, "unknown", and no such order yet', async () => {
    answersInTurn(
      answer(refusal('F', 'ORDER_NOT_EXIST')),
      'HANG_UP',
      (path) => signedAnswer(keys.stranger.privateKey, path, inquired('FAIL')),
      answer(refusal('U', 'UNKNOWN_EXCEPTION')),
      errorPage,
      answer(inquired('SUCCESS')),
    )
    expect(await whileTimePasses(wait(until(600)), 1000)).toMatchObject({ isFinal: true, order: { state: 'PAID' } })
    expect(wallet.received).toHaveLength(6)
  })

  test('at the deadline it gives back what was last known, and says that nothing is decided', async () => {
    answersInTurn(answer(inquired('PROCESSING')), 'HANG_UP')
    const last = await whileTimePasses(wait(until(20)), 500)
    expect(last).toMatchObject({ isFinal: false, order: { state: 'PROCESSING' }, error: { code: 'NETWORK' } })
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(NOW.getTime() + 20_000)
  })

  test('of an order that it never saw it says nothing, and never "failed"', async () => {
    answersInTurn('HANG_UP')
    expect(await whileTimePasses(wait(until(10)), 500)).toMatchObject({ isFinal: false, order: null })
  })

  test('it asks with growing pauses, for a minute unless told otherwise, and at the deadline once more', async () => {
    const asked: number[] = []
    wallet.answerWith(({ path }) => {
      asked.push((clock.now().getTime() - NOW.getTime()) / 1000)
      return answer(inquired('PROCESSING'))(path)
    })
    expect(await whileTimePasses(wait(), 100)).toMatchObject({ isFinal: false, error: null })
    expect(asked.map(Math.round)).toEqual([0, 5, 13, 24, 41, 60])
  })

  test('what asking again cannot change ends it', async () => {
    answersInTurn(answer(refusal('F', 'INVALID_SIGNATURE')))
    expect(await problemOf(wait())).toMatchObject({ reason: 'CALLER_REFUSED' })
    expect(wallet.received).toHaveLength(1)
  })

  test('a signal ends it at once, in a pause and in a call', async () => {
    const inPause = new AbortController()
    answersInTurn(answer(inquired('PROCESSING')))
    const paused = wait({ signal: inPause.signal })
    while (clock.waiting === 0) await new Promise(setImmediate)
    inPause.abort(new Error('enough'))
    await expect(paused).rejects.toThrow('enough')

    const inCall = new AbortController()
    wallet.answerWith(() => {
      inCall.abort(new Error('gone'))
      return 'SILENT'
    })
    await expect(wait({ signal: inCall.signal })).rejects.toThrow('gone')
    await expect(wait({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
  })
})

test('the system’s timer waits, and a signal ends the wait', async () => {
  const { systemTimer } = await import('../src/clock.ts')
  await systemTimer.wait(1)
  const stop = new AbortController()
  const waiting = systemTimer.wait(60_000, stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(systemTimer.wait(1, stop.signal)).rejects.toThrow('enough')
})
