/**
 * Connections that are kept: used again for the very origin that they were opened for and for nobody else, closed when they are
 * idle, and never a reason to believe that the receiver failed.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { OutgoingRequest } from '../src/ports.ts'
import { AGE_MAX_MS, IDLE_MS } from '../src/transport/connections.ts'
import { createTransport } from '../src/transport/index.ts'
import { until } from './support/index.ts'

const answer = (body: string, headers = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`

/** What has come: on which connection, which request, and to whom. */
const requests: { connection: number; line: string; host: string }[] = []
/** The connections in the order in which they were opened. */
const sockets: Socket[] = []
let respond: (socket: Socket, request: number) => void
const server = createServer((socket) => {
  const connection = sockets.push(socket) - 1
  let received = ''
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => {
    received += String(bytes)
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return
    const [line, ...headers] = received.slice(0, end).split('\r\n')
    const host = headers.find((header) => /^host:/i.test(header))!.slice('host: '.length)
    received = ''
    respond(socket, requests.push({ connection, line: line!, host }) - 1)
  })
})
let port: number
const open = (): Socket[] => sockets.filter((socket) => !socket.destroyed)

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  requests.length = 0
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
const local = () => createTransport({ allowLoopback: true, resolve })
const request = (about: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  url: `http://shop.example:${port}/notify`,
  method: 'POST',
  headers: {},
  body: null,
  timeoutMs: 5_000,
  maxAnswerBytes: 1_000,
  mayRepeat: true,
  ...about,
})
const acknowledge = (socket: Socket): void => void socket.write(answer('success'))
const connections = (): number[] => requests.map(({ connection }) => connection)

test('one connection carries what is sent one after another', async () => {
  respond = acknowledge
  const transport = local()
  for (let n = 0; n < 3; n++) expect(String((await transport.send(request())).body)).toBe('success')
  expect(connections()).toEqual([0, 0, 0])
  transport.close()
})

test('what may not be repeated has a connection of its own', async () => {
  respond = acknowledge
  const transport = local()
  await transport.send(request())
  await transport.send(request({ mayRepeat: false }))
  await transport.send({ ...request(), mayRepeat: undefined as never })
  await transport.send(request())
  expect(connections()).toEqual([0, 1, 2, 0])
  transport.close()
})

test('no connection is used for another host, although both have the same address', async () => {
  respond = acknowledge
  const transport = local()
  for (const host of ['shop.example', 'other.example', 'shop.example', 'SHOP.example']) {
    await transport.send(request({ url: `http://${host}:${port}/` }))
  }
  expect(requests.map(({ connection, host }) => [connection, host])).toEqual([
    [0, `shop.example:${port}`],
    [1, `other.example:${port}`],
    [0, `shop.example:${port}`],
    [0, `shop.example:${port}`],
  ])
  transport.close()
})

test('no transport uses the connections of another', async () => {
  respond = acknowledge
  const [one, two] = [local(), local()]
  await one.send(request())
  await two.send(request())
  expect(connections()).toEqual([0, 1])
  const guarded = createTransport({ allowLoopback: false, resolve })
  await expect(guarded.send(request())).rejects.toMatchObject({ reason: 'ADDRESS_REFUSED' })
  expect(requests).toHaveLength(2)
  one.close()
  two.close()
})

test('each new connection is judged, also of a name whose last one was let through', async () => {
  let address = '127.0.0.1'
  let asked = 0
  respond = acknowledge
  const transport = createTransport({
    allowLoopback: true,
    resolve: async () => [{ address: (asked++, address), family: 4 }],
  })
  await transport.send(request())
  address = '169.254.169.254'
  await transport.send(request())
  expect([asked, connections()]).toEqual([1, [0, 0]])
  transport.close()
  await until('the kept one is closed', () => open().length === 0)
  await expect(transport.send(request())).rejects.toMatchObject({ reason: 'ADDRESS_REFUSED' })
  expect(asked).toBe(2)
})

test('closing closes what is idle and leaves what is under way; and the transport can be used further', async () => {
  const transport = local()
  respond = acknowledge
  await transport.send(request())
  let letGo = (): void => undefined
  respond = (socket, number) => (number === 1 ? (letGo = () => acknowledge(socket)) : acknowledge(socket))
  const slow = transport.send(request())
  await until('it is under way', () => requests.length === 2)
  await transport.send(request())
  transport.close()
  transport.close()
  await until('the idle one is closed', () => open().length === 1)
  letGo()
  expect(String((await slow).body)).toBe('success')
  await transport.send(request())
  transport.close()
})

test('a connection that its receiver wants closed is not kept', async () => {
  respond = (socket) => socket.write(answer('success', 'Connection: close\r\n'))
  const transport = local()
  await transport.send(request())
  await transport.send(request())
  expect(connections()).toEqual([0, 1])
})

test('a connection is idle no longer than its receiver says', async () => {
  respond = (socket) => socket.write(answer('success', 'Keep-Alive: timeout=1\r\n'))
  const transport = local()
  await transport.send(request())
  await transport.send(request())
  expect(connections()).toEqual([0, 1])
})

test.each([
  ['closed', (socket: Socket) => socket.end()],
  ['reset', (socket: Socket) => socket.resetAndDestroy()],
])('what was %s while the request was on its way is sent once more over a new connection', async (_, end) => {
  const transport = local()
  respond = (socket, number) => (number === 1 ? end(socket) : acknowledge(socket))
  await transport.send(request())
  expect(String((await transport.send(request())).body)).toBe('success')
  expect(connections()).toEqual([0, 0, 1])
  transport.close()
})

test('and no more than once', async () => {
  const transport = local()
  respond = (socket, number) => (number === 0 ? acknowledge(socket) : socket.resetAndDestroy())
  await transport.send(request())
  await expect(transport.send(request())).rejects.toMatchObject({ reason: 'UNREACHABLE' })
  expect(connections()).toEqual([0, 0, 1])
})

test('a new connection that is closed without an answer is the receiver’s failure, and nothing is sent again', async () => {
  respond = (socket) => socket.resetAndDestroy()
  await expect(local().send(request())).rejects.toMatchObject({ reason: 'UNREACHABLE' })
  expect(requests).toHaveLength(1)
})

test.each([
  ['half an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
  ['half a head', 'HTTP/1.1 2'],
])(
  'a kept connection that is closed after %s is the receiver’s failure, and nothing is sent again',
  async (_, part) => {
    const transport = local()
    respond = (socket, number) => (number === 0 ? acknowledge(socket) : socket.end(part))
    await transport.send(request())
    await expect(transport.send(request())).rejects.toMatchObject({ reason: 'UNREACHABLE' })
    expect(connections()).toEqual([0, 0])
  },
)

test('a kept connection on which nobody answers in time is the receiver’s failure, and is not used again', async () => {
  const transport = local()
  respond = (socket, number) => (number === 1 ? undefined : acknowledge(socket))
  await transport.send(request())
  await expect(transport.send(request({ timeoutMs: 60 }))).rejects.toMatchObject({ reason: 'TIMED_OUT' })
  await transport.send(request())
  expect(connections()).toEqual([0, 0, 1])
  transport.close()
})

test('both tries together have the time of one', async () => {
  const transport = local()
  respond = acknowledge
  await transport.send(request())
  respond = (socket, number) => (number === 1 ? socket.resetAndDestroy() : undefined)
  const started = performance.now()
  await expect(transport.send(request({ timeoutMs: 120 }))).rejects.toMatchObject({ reason: 'TIMED_OUT' })
  expect(performance.now() - started).toBeLessThan(5_000)
  expect(connections()).toEqual([0, 0, 1])
})

test.each([
  ['in the same breath', (socket: Socket) => socket.write(answer('success') + answer('forged'))],
  [
    'a moment later',
    (socket: Socket) => {
      socket.write(answer('success'))
      setImmediate(() => socket.write(answer('forged')))
    },
  ],
])('an answer that nobody asked for, sent %s, answers nothing', async (_, twice) => {
  const transport = local()
  respond = (socket, number) => (number === 0 ? twice(socket) : acknowledge(socket))
  const first = await transport.send(request()).catch(() => null)
  expect(first === null || String(first.body) === 'success').toBe(true)
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  expect(String((await transport.send(request())).body)).toBe('success')
  transport.close()
})

test('an answer that is too large ends its connection', async () => {
  const transport = local()
  respond = (socket, number) => (number === 0 ? socket.write(answer('y'.repeat(2_000))) : acknowledge(socket))
  await expect(transport.send(request())).rejects.toMatchObject({ reason: 'ANSWER_TOO_LARGE' })
  await transport.send(request())
  expect(connections()).toEqual([0, 1])
  transport.close()
})

test('a connection that is idle is closed by itself', async () => {
  respond = acknowledge
  const transport = local()
  await transport.send(request())
  const since = performance.now()
  await until('it is closed', () => open().length === 0)
  expect(performance.now() - since).toBeGreaterThan(IDLE_MS / 2)
})

test('a connection that is old is not used again, so that a name that has moved is followed', async () => {
  respond = acknowledge
  const transport = local()
  await transport.send(request())
  const now = performance.now.bind(performance)
  const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + AGE_MAX_MS)
  await transport.send(request())
  await transport.send(request())
  later.mockRestore()
  expect(connections()).toEqual([0, 0, 1])
  transport.close()
})
