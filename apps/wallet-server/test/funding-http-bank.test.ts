/** The bank over HTTP: only an answer that is understood to the last field is one; everything else is not known. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { money } from '@tradepay/money'
import { createHttpBank } from '../src/funding/http-bank.ts'
import { createTrustedTransport } from '../src/funding/trusted-transport.ts'
import { TransportError, type Bank, type BankOrder, type OutgoingAnswer, type OutgoingRequest } from '../src/ports.ts'

const ORDER_ID = '2026030112000000123000000001'
const order: BankOrder = {
  fundingId: ORDER_ID,
  direction: 'IN',
  bankRef: 'ref-1',
  amount: money('CNY', 1250n),
  memo: 'TradePay 1',
}

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
    const { bank, requests } = answering(200, { orderId: ORDER_ID, state: 'PROCESSING' })
    await bank.ask(order)
    await bank.ask({ ...order, direction: 'OUT' })
    await bank.inquire(ORDER_ID)
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
    await createHttpBank({ url, key: 'k', transport: { send } }).inquire(ORDER_ID)
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
    const { bank } = answering(200, { orderId: ORDER_ID, ...said })
    expect(await bank.ask(order)).toEqual(read)
    expect(await bank.inquire(ORDER_ID)).toEqual(read)
  })

  test('"not found" is one to an inquiry, and none to an order', async () => {
    const { bank } = answering(404, {})
    expect(await bank.inquire(ORDER_ID)).toEqual({ state: 'NOT_FOUND' })
    await expect(bank.ask(order)).rejects.toThrow('The bank answered 404.')
  })

  test.each<[string, number, unknown]>([
    ['conflict', 409, { orderId: ORDER_ID, state: 'SUCCEEDED' }],
    ['any other status', 500, { orderId: ORDER_ID, state: 'SUCCEEDED' }],
    ['a redirect', 302, { orderId: ORDER_ID, state: 'SUCCEEDED' }],
    ['a refusal of the key', 401, ''],
    ['another success', 202, { orderId: ORDER_ID, state: 'SUCCEEDED' }],
    ['nothing', 200, ''],
    ['no JSON', 200, '<html>'],
    ['no UTF-8', 200, Buffer.from([0x22, 0xff, 0x22])],
    ['another type', 200, [ORDER_ID]],
    ['a state nobody knows', 200, { orderId: ORDER_ID, state: 'DONE' }],
    ['no state', 200, { orderId: ORDER_ID }],
    ['a reason nobody knows', 200, { orderId: ORDER_ID, state: 'FAILED', failure: 'BAD_WEATHER' }],
    ['a reason for failing beside a success', 200, { orderId: ORDER_ID, state: 'SUCCEEDED', failure: 'REFUSED' }],
    ['another order', 200, { orderId: '2026030112000000123000000002', state: 'SUCCEEDED' }],
  ])('is none: %s', async (_what, status, said) => {
    const { bank } = answering(status, said)
    await expect(bank.ask(order)).rejects.toThrow(/^The bank/)
    await expect(bank.inquire(ORDER_ID)).rejects.toThrow(/^The bank/)
  })

  test('of 409 says that the number stands for something else', async () => {
    await expect(answering(409, {}).bank.ask(order)).rejects.toThrow('another order under this id (409)')
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
      request.on('end', () => response.end(JSON.stringify({ orderId: ORDER_ID, state: 'SUCCEEDED' })))
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
    await expect(bank().inquire(ORDER_ID)).rejects.toThrow('The bank answered 307.')
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
