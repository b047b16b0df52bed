/** The way out to strangers, over real connections: it reaches whom it may and nobody else, and no answer can harm the server. */
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OutgoingRequest } from '../src/ports.ts'
import { createTransport } from '../src/transport/index.ts'

const request = (url: string, about: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  url,
  method: 'GET',
  headers: {},
  body: null,
  timeoutMs: 5_000,
  maxAnswerBytes: 1_000,
  ...about,
})
const guarded = createTransport({ allowLoopback: false })
const local = createTransport({ allowLoopback: true })

describe('sending', () => {
  let server: Server
  let url: string
  let calls = 0
  const raw: { answer: string | null; drip: string | null } = { answer: null, drip: null }
  const rawSockets = new Set<Socket>()
  const rawServer = createTcpServer((socket) => {
    rawSockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => {
      if (raw.answer !== null) socket.write(raw.answer)
      if (raw.drip === null) return
      const { drip } = raw
      const dripping = setInterval(() => socket.write(drip), 5)
      socket.once('close', () => clearInterval(dripping))
    })
  })
  let rawUrl: string

  beforeAll(async () => {
    server = createServer((incoming, outgoing) => {
      calls++
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        if (incoming.url!.startsWith('/redirect?')) {
          const [status, location] = incoming.url!.slice('/redirect?'.length).split('&')
          return outgoing.writeHead(Number(status), { location: decodeURIComponent(location!) }).end()
        }
        if (incoming.url === '/large') return outgoing.end(Buffer.alloc(5_000))
        if (incoming.url === '/cookies') return outgoing.setHeader('set-cookie', ['a=1', 'b=2']).end()
        if (incoming.url === '/never') return undefined
        if (incoming.url === '/cut') {
          outgoing.writeHead(200, { 'content-length': 100 })
          outgoing.write('half', () => incoming.socket.destroy())
          return undefined
        }
        return outgoing.end(
          JSON.stringify({
            method: incoming.method,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString('hex'),
          }),
        )
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await new Promise<void>((resolve) => rawServer.listen(0, '127.0.0.1', resolve))
    rawUrl = `http://127.0.0.1:${(rawServer.address() as AddressInfo).port}/`
  })
  afterAll(async () => {
    for (const socket of rawSockets) socket.destroy()
    server.closeAllConnections()
    await Promise.all([server, rawServer].map((one) => new Promise((resolve) => one.close(resolve))))
  })

  test('carries method, headers and the exact bytes, and brings back the answer', async () => {
    const body = Buffer.from([0, 1, 254, 255])
    const answer = await local.send(request(`${url}/echo`, { method: 'POST', body, headers: { 'X-Test': 'yes' } }))
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      method: 'POST',
      body: '0001feff',
      headers: { 'x-test': 'yes', 'content-length': '4', host: new URL(url).host },
    })
  })

  test('reaches a name that resolves to where it may go', async () => {
    const { port } = new URL(url)
    const transport = createTransport({
      allowLoopback: true,
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    })
    const answer = await transport.send(request(`http://shop.example:${port}/echo`))
    expect(JSON.parse(answer.body.toString()).headers.host).toBe(`shop.example:${port}`)
  })

  test('does not let the caller set what describes the connection', async () => {
    const headers = {
      Host: 'evil.example',
      'Content-Length': '999',
      'Transfer-Encoding': 'chunked',
      Connection: 'upgrade',
      Upgrade: 'x',
    }
    const answer = await local.send(request(`${url}/echo`, { method: 'POST', headers, body: Buffer.from('x') }))
    const seen = JSON.parse(answer.body.toString()).headers
    expect(seen).toMatchObject({ host: new URL(url).host, 'content-length': '1', connection: 'close' })
    expect(seen).not.toHaveProperty('transfer-encoding')
    expect(seen).not.toHaveProperty('upgrade')
  })

  test.each([301, 302, 303, 307, 308])(
    'follows no redirect (%i), also where the next request may be a repeat',
    async (status) => {
      for (const mayRepeat of [false, true]) {
        for (const location of ['/echo', `${url}/echo`, 'http://169.254.169.254/latest/meta-data/']) {
          const before = calls
          const about = { method: 'POST', body: Buffer.from('x'), mayRepeat }
          const answer = await local.send(request(`${url}/redirect?${status}&${encodeURIComponent(location)}`, about))
          expect(answer).toMatchObject({ status, headers: { location } })
          expect(calls).toBe(before + 1)
        }
      }
    },
  )

  test('goes to the address that the name has, and to no other of the same port', async () => {
    const { port } = new URL(url)
    const seen: (string | undefined)[] = []
    const other = createServer((incoming, outgoing) => {
      seen.push(incoming.headers.host)
      outgoing.end()
    })
    await new Promise<void>((resolve) => other.listen(Number(port), '127.0.0.2', resolve))
    const before = calls
    const resolve = async () => [{ address: '127.0.0.2', family: 4 }]
    const transport = createTransport({ allowLoopback: true, resolve })
    await transport.send(request(`http://shop.example:${port}/`))
    await transport.send(request(`http://127.0.0.2:${port}/`))
    expect(seen).toEqual([`shop.example:${port}`, `127.0.0.2:${port}`])
    expect(calls).toBe(before)
    await new Promise((closed) => other.close(closed))
  })

  test('joins headers that came several times', async () => {
    expect((await local.send(request(`${url}/cookies`))).headers['set-cookie']).toBe('a=1, b=2')
  })

  test('is refused by the guard without a connection where loopback is not allowed', async () => {
    const before = calls
    await expect(guarded.send(request(`${url}/echo`))).rejects.toMatchObject({ reason: 'ADDRESS_REFUSED' })
    expect(calls).toBe(before)
  })

  test('ends when nobody answers in time', async () => {
    await expect(local.send(request(`${url}/never`, { timeoutMs: 50 }))).rejects.toMatchObject({ reason: 'TIMED_OUT' })
  })

  test('ends in time even when the name server does not answer', async () => {
    const transport = createTransport({ allowLoopback: false, resolve: () => new Promise(() => undefined) })
    await expect(transport.send(request('http://slow.example/', { timeoutMs: 50 }))).rejects.toMatchObject({
      reason: 'TIMED_OUT',
    })
  })

  test('ends when the answer begins and never ends', async () => {
    raw.answer = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'
    await expect(local.send(request(rawUrl, { timeoutMs: 80 }))).rejects.toMatchObject({ reason: 'TIMED_OUT' })
  })

  test.each([
    ['its body', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
    ['its body without a length', 'HTTP/1.1 200 OK\r\n\r\n', 'x'],
    ['its head', 'HTTP/1.1 200 OK\r\n', 'x: y\r\n'],
    ['word after word that it is about to answer', '', 'HTTP/1.1 102 Processing\r\n\r\n'],
  ])('ends in time when somebody goes on and on with %s', async (_, answer, drip) => {
    Object.assign(raw, { answer, drip })
    const started = performance.now()
    await expect(local.send(request(rawUrl, { timeoutMs: 150 }))).rejects.toMatchObject({ reason: 'TIMED_OUT' })
    expect(performance.now() - started).toBeGreaterThanOrEqual(140)
    raw.drip = null
  })

  test('ends in time when a connection is accepted and no handshake comes', async () => {
    raw.answer = null
    await expect(local.send(request(rawUrl.replace('http:', 'https:'), { timeoutMs: 80 }))).rejects.toMatchObject({
      reason: 'TIMED_OUT',
    })
  })

  test('is unreachable when it shows a handshake that is none', async () => {
    raw.answer = 'HTTP/1.1 400 Bad Request\r\n\r\n'
    await expect(local.send(request(rawUrl.replace('http:', 'https:')))).rejects.toMatchObject({
      reason: 'UNREACHABLE',
    })
  })

  test('takes no more than the limit from a body without an end', async () => {
    Object.assign(raw, { answer: 'HTTP/1.1 200 OK\r\n\r\n', drip: 'y'.repeat(400) })
    await expect(local.send(request(rawUrl))).rejects.toMatchObject({ reason: 'ANSWER_TOO_LARGE' })
    raw.drip = null
  })

  test('takes an answer of exactly the limit, and none that is larger', async () => {
    await expect(local.send(request(`${url}/large`, { maxAnswerBytes: 4_999 }))).rejects.toMatchObject({
      reason: 'ANSWER_TOO_LARGE',
    })
    expect((await local.send(request(`${url}/large`, { maxAnswerBytes: 5_000 }))).body).toHaveLength(5_000)
  })

  test('does not take half an answer for a whole one', async () => {
    await expect(local.send(request(`${url}/cut`))).rejects.toMatchObject({ reason: 'UNREACHABLE' })
  })

  test.each([
    ['something that is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a head that is too large', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`],
    ['too many headers', `HTTP/1.1 200 OK\r\n${'x: yyyyyyyyyyyyyyy\r\n'.repeat(4_000)}\r\n`],
    [
      'a trailer that is too large',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`,
    ],
    [
      'a chunk whose note is too large',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'y'.repeat(40_000)}\r\nx\r\n0\r\n\r\n`,
    ],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('is unreachable when it answers %s', async (_, answer) => {
    raw.answer = answer
    await expect(local.send(request(rawUrl))).rejects.toMatchObject({ reason: 'UNREACHABLE' })
  })

  test('is unreachable when nobody listens', async () => {
    await expect(local.send(request('http://127.0.0.1:1/'))).rejects.toMatchObject({
      reason: 'UNREACHABLE',
      message: expect.stringContaining('refused'),
    })
  })

  test.each([
    ['a header with a line break', { headers: { 'x-evil': 'a\r\nx-other: b' } }],
    ['a header name that is none', { headers: { 'a b': 'c' } }],
    ['a method that is none', { method: 'GET /x HTTP/1.1' }],
  ])('sends nothing for %s', async (_, about) => {
    const before = calls
    await expect(local.send(request(`${url}/echo`, about))).rejects.toMatchObject({ reason: 'UNREACHABLE' })
    expect(calls).toBe(before)
  })
})
