/** The bank over HTTP: only an answer that is understood to the last field is one; everything else is not known. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BankOrderAnswer, BankOrderRequest } from '@tradepay/contract'
import { money } from '@tradepay/money'
import { createHttpBank } from '../src/funding/http-bank.ts'
import { createTrustedTransport } from '../src/funding/trusted-transport.ts'
import { TransportError, type Bank, type BankOrder, type OutgoingAnswer, type OutgoingRequest } from '../src/ports.ts'
import { verify } from '../src/verify/verify.ts'
import {
  aBankAccount,
  aMerchantWithClient,
  anOrder,
  aUser,
  createTestWorld,
  payableOf,
  type TestWorld,
} from './support/index.ts'

const ORDER_ID = '2026030112000000123000000001'
const order: BankOrder = {
  fundingId: ORDER_ID,
  direction: 'IN',
  bankRef: 'ref-1',
  amount: money('CNY', 1250n),
  memo: 'TradePay 1',
}

/** What an answer says again about the order. */
const about = { orderId: ORDER_ID, direction: 'COLLECT', amount: { currency: 'CNY', value: '1250' } }

/** A bank that gives one answer, and what it was asked. */
function answering(status: number, body: unknown): { bank: Bank; requests: OutgoingRequest[] } {
  const requests: OutgoingRequest[] = []
  const send = async (request: OutgoingRequest): Promise<OutgoingAnswer> => {
    requests.push(request)
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    return { status, headers: {}, body: bytes }
  }
  return { bank: createHttpBank({ url: 'https://bank.example/api', key: 'k3y', transport: { send } }), requests }
}

describe('what is sent', () => {
  test('is the order in the words of the contract, with the key', async () => {
    const { bank, requests } = answering(200, { ...about, state: 'PROCESSING' })
    await bank.ask(order)
    await bank.inquire(order)
    const paying = answering(200, { ...about, direction: 'PAY', state: 'PROCESSING' })
    await paying.bank.ask({ ...order, direction: 'OUT' })
    requests.splice(1, 0, ...paying.requests)
    expect(requests.map(({ method, url, body }) => [method, url, JSON.parse(body!.toString())])).toEqual([
      ['POST', 'https://bank.example/api/bank/v1/orders', content('COLLECT')],
      ['POST', 'https://bank.example/api/bank/v1/orders', content('PAY')],
      ['POST', 'https://bank.example/api/bank/v1/orders/inquire', { orderId: ORDER_ID }],
    ])
    for (const { headers, timeoutMs } of requests) {
      expect(headers).toMatchObject({ authorization: 'Bearer k3y', 'content-type': 'application/json' })
      expect(timeoutMs).toBe(10_000)
    }
  })

  const content = (direction: string) => ({
    orderId: ORDER_ID,
    direction,
    account: 'ref-1',
    amount: { currency: 'CNY', value: '1250' },
    memo: 'TradePay 1',
  })

  test.each(['https://bank.example/api/', 'https://bank.example/api'])('to %s at the right address', async (url) => {
    const urls: string[] = []
    const send = async (request: OutgoingRequest): Promise<OutgoingAnswer> => {
      urls.push(request.url)
      return { status: 404, headers: {}, body: Buffer.alloc(0) }
    }
    await createHttpBank({ url, key: 'k', transport: { send } }).inquire(order)
    expect(urls).toEqual(['https://bank.example/api/bank/v1/orders/inquire'])
  })
})

describe('an answer', () => {
  test.each([
    ['PROCESSING', { state: 'PROCESSING' }, { state: 'PROCESSING' }],
    ['yes', { state: 'SUCCEEDED' }, { state: 'SUCCEEDED' }],
    ['no', { state: 'FAILED', failure: 'ACCOUNT_CLOSED' }, { state: 'FAILED', failure: 'ACCOUNT_CLOSED' }],
    ['no without a reason', { state: 'FAILED' }, { state: 'FAILED', failure: 'REFUSED' }],
    ['with words that we do not know', { state: 'SUCCEEDED', note: 'soon' }, { state: 'SUCCEEDED' }],
  ])('is read: %s', async (_what, said, read) => {
    const { bank } = answering(200, { ...about, ...said })
    expect(await bank.ask(order)).toEqual(read)
    expect(await bank.inquire(order)).toEqual(read)
  })

  test('"not found" is one to an inquiry, and none to an order', async () => {
    const { bank } = answering(404, {})
    expect(await bank.inquire(order)).toEqual({ state: 'NOT_FOUND' })
    await expect(bank.ask(order)).rejects.toThrow('The bank answered 404.')
  })

  test.each<[string, number, unknown]>([
    ['conflict', 409, { ...about, state: 'SUCCEEDED' }],
    ['any other status', 500, { ...about, state: 'SUCCEEDED' }],
    ['a redirect', 302, { ...about, state: 'SUCCEEDED' }],
    ['a refusal of the key', 401, ''],
    ['another success', 202, { ...about, state: 'SUCCEEDED' }],
    ['nothing', 200, ''],
    ['no JSON', 200, '<html>'],
    ['no UTF-8', 200, Buffer.from([0x22, 0xff, 0x22])],
    ['another type', 200, [ORDER_ID]],
    ['a state nobody knows', 200, { ...about, state: 'DONE' }],
    ['no state', 200, about],
    ['a reason nobody knows', 200, { ...about, state: 'FAILED', failure: 'BAD_WEATHER' }],
    ['a reason for failing beside a success', 200, { ...about, state: 'SUCCEEDED', failure: 'REFUSED' }],
    ['another order', 200, { ...about, orderId: '2026030112000000123000000002', state: 'SUCCEEDED' }],
    ['no amount', 200, { ...about, amount: undefined, state: 'SUCCEEDED' }],
    ['no direction', 200, { ...about, direction: undefined, state: 'SUCCEEDED' }],
    ['another amount', 200, { ...about, amount: { currency: 'CNY', value: '1251' }, state: 'SUCCEEDED' }],
    ['another currency', 200, { ...about, amount: { currency: 'JPY', value: '1250' }, state: 'FAILED' }],
    ['the other direction', 200, { ...about, direction: 'PAY', state: 'SUCCEEDED' }],
  ])('is none: %s', async (_what, status, said) => {
    const { bank } = answering(status, said)
    await expect(bank.ask(order)).rejects.toThrow(/^The bank/)
    await expect(bank.inquire(order)).rejects.toThrow(/^The bank/)
  })

  test('of 409 says that the number stands for something else', async () => {
    await expect(answering(409, {}).bank.ask(order)).rejects.toThrow('another order under this id (409)')
  })
})

describe('a bank that answers about something else', () => {
  let world: TestWorld
  /** What it says otherwise about the orders it has; null for the truth. It moves what it was asked to move. */
  let otherwise: Partial<BankOrderAnswer> | null
  const questions: string[] = []
  beforeAll(async () => {
    const asked = new Map<string, BankOrderRequest>()
    const send = async ({ url, body }: OutgoingRequest): Promise<OutgoingAnswer> => {
      const request = JSON.parse(body!.toString()) as BankOrderRequest
      questions.push(url.endsWith('/inquire') ? 'INQUIRE' : 'ASK')
      if (!asked.has(request.orderId)) asked.set(request.orderId, request)
      const { orderId, direction, amount } = asked.get(request.orderId)!
      const answer = { orderId, direction, amount, state: 'SUCCEEDED', ...otherwise }
      return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(answer)) }
    }
    const bank = createHttpBank({ url: 'https://bank.example', key: 'k', transport: { send } })
    world = await createTestWorld({ deps: { bank } })
  })
  afterAll(() => world.close())

  test.each<[string, Partial<BankOrderAnswer>, string]>([
    ['a smaller amount', { amount: { currency: 'CNY', value: '1' } }, 'COLLECT 1 CNY'],
    ['a larger amount', { amount: { currency: 'CNY', value: '12500' } }, 'COLLECT 12500 CNY'],
    ['another currency', { amount: { currency: 'JPY', value: '1250' } }, 'COLLECT 1250 JPY'],
    ['the other direction', { direction: 'PAY' }, 'PAY 1250 CNY'],
    ['another amount that it refuses', { amount: { currency: 'CNY', value: '1' }, state: 'FAILED' }, 'COLLECT 1 CNY'],
  ])('%s moves no money and is asked again, until it answers about the order', async (_what, lie, words) => {
    const [shop, mei] = [await aMerchantWithClient(world), await aUser(world)]
    const { bankAccountId } = await aBankAccount(world, mei.userId)
    const { tradeNo, amount } = await anOrder(world, shop)
    questions.length = 0
    otherwise = lie
    const source = { channel: 'BANK', bankAccountId } as const
    const { paymentId } = await world.rooms.payments.confirm({ tradeNo, payerId: mei.userId, amount, source })
    for (let turn = 0; turn < 3; turn++) {
      await world.rooms.fundings.askDue()
      world.clock.advance({ seconds: 10 })
    }
    const detail = `The bank answered about ${words}, and the order is COLLECT 1250 CNY.`
    expect(questions).toEqual(['ASK', 'INQUIRE', 'INQUIRE'])
    expect((await world.rooms.fundings.of(paymentId))[0]).toMatchObject({
      state: 'PROCESSING',
      log: Array(3).fill(expect.objectContaining({ answer: 'UNKNOWN', detail })),
    })
    expect(await world.rooms.orders.find(tradeNo)).toMatchObject({ state: 'CREATED' })
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(0n)
    expect(world.recorder.of(tradeNo, 15).at(-1)).toMatchObject({
      ok: false,
      note: `The bank is asked what has become of it: no answer that can be understood (${detail})`,
    })

    otherwise = null
    await world.rooms.fundings.askDue()
    expect(questions).toEqual(['ASK', 'INQUIRE', 'INQUIRE', 'INQUIRE', 'INQUIRE'])
    expect(await world.rooms.orders.find(tradeNo)).toMatchObject({ state: 'PAID' })
    expect(await payableOf(world, shop.merchant.merchantId)).toBe(1250n)
    expect((await verify(world.deps.db)).violations).toEqual([])
  })
})

test.each([
  ['no URL', 'bank.example'],
  ['another protocol', 'ftp://bank.example'],
  ['a password in it', 'https://me:secret@bank.example'],
  ['a query', 'https://bank.example/?key=1'],
])('an address with %s ends the start', (_what, url) => {
  expect(() => createHttpBank({ url, key: 'k' })).toThrow("The bank's address must be")
})

test.each(['', 'with space', 'line\nbreak', 'ключ'])('a key that no header can carry ends the start: %j', (key) => {
  expect(() => createHttpBank({ url: 'https://bank.example', key })).toThrow(/^The bank's key/)
})

describe('over a real connection', () => {
  let server: Server
  let url: string
  let handle: (request: IncomingMessage, response: ServerResponse) => void
  beforeAll(async () => {
    server = createServer((request, response) => handle(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const bank = () => createHttpBank({ url, key: 'k' })
  const send = (about: Partial<OutgoingRequest>) =>
    createTrustedTransport().send({
      url,
      method: 'POST',
      headers: {},
      body: Buffer.from('{}'),
      timeoutMs: 5_000,
      maxAnswerBytes: 1_000,
      ...about,
    })

  test('a bank on a private address is reached', async () => {
    let seen = ''
    handle = (request, response) => {
      request.on('data', (chunk: Buffer) => (seen += chunk.toString()))
      request.on('end', () => response.end(JSON.stringify({ ...about, state: 'SUCCEEDED' })))
    }
    expect(await bank().ask(order)).toEqual({ state: 'SUCCEEDED' })
    expect(JSON.parse(seen)).toMatchObject({ orderId: ORDER_ID, direction: 'COLLECT' })
  })

  test('a redirect is not followed', async () => {
    const paths: (string | undefined)[] = []
    handle = (request, response) => {
      paths.push(request.url)
      response.writeHead(307, { location: `${url}/elsewhere` }).end()
    }
    await expect(bank().inquire(order)).rejects.toThrow('The bank answered 307.')
    expect(paths).toEqual(['/bank/v1/orders/inquire'])
  })

  test('an answer without an end is cut off by size', async () => {
    handle = (_request, response) => {
      const more = (): void => void (response.writable && response.write('x'.repeat(10_000), more))
      more()
    }
    await expect(send({})).rejects.toMatchObject({ name: 'TransportError', reason: 'ANSWER_TOO_LARGE' })
  })

  test('an answer that trickles is cut off by time', async () => {
    handle = (_request, response) => void response.write('x')
    await expect(send({ timeoutMs: 100 })).rejects.toMatchObject({ name: 'TransportError', reason: 'TIMED_OUT' })
  })

  test('no answer at all is cut off by time', async () => {
    handle = () => undefined
    await expect(send({ timeoutMs: 100 })).rejects.toMatchObject({ reason: 'TIMED_OUT' })
  })

  test('a connection that breaks, or never comes, is not known', async () => {
    handle = (request) => request.socket.destroy()
    await expect(bank().ask(order)).rejects.toBeInstanceOf(TransportError)
    await expect(createHttpBank({ url: 'http://127.0.0.1:1', key: 'k' }).ask(order)).rejects.toMatchObject({
      reason: 'UNREACHABLE',
    })
  })
})
