/** The way out to strangers: it reaches public addresses and nothing of our own, and no answer can harm the server. */
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OutgoingRequest } from '../src/ports.ts'
import { createTransport, isAddressAllowed } from '../src/transport/index.ts'

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

const refusedHosts = [
  // This machine.
  '127.0.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '127.1',
  '127.0.1',
  '0.0.0.0',
  '0',
  '0.1.2.3',
  'localhost',
  'LOCALHOST',
  // The same, spelled otherwise.
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '017700000001',
  '0x7f.1',
  '127.0.0.1.',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  // Private networks, and their edges.
  '10.0.0.0',
  '10.0.0.1',
  '10.255.255.255',
  '167772161',
  '0xa000001',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  '0300.0250.0.1',
  // Carriers, clouds, link-local.
  '100.64.0.1',
  '100.127.255.255',
  '100.100.100.200',
  '169.254.169.254',
  '169.254.0.1',
  '2852039166',
  '0xa9fea9fe',
  '168.63.129.16',
  '192.0.0.192',
  // Documentation, benchmarks, relays, multicast, reserved, broadcast.
  '192.0.2.1',
  '198.51.100.7',
  '203.0.113.9',
  '198.18.0.1',
  '198.19.255.255',
  '192.88.99.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  // IPv6: loopback, unspecified, IPv4 in other clothes.
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:10.0.0.1]',
  '[::ffff:8.8.8.8]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[::ffff:0:127.0.0.1]',
  // IPv6: private, link-local, site-local, multicast, documentation, metadata.
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[fd12:3456:789a::1]',
  '[fe80::1]',
  '[febf::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[ff0e::1]',
  '[2001:db8::1]',
  '[3fff::1]',
  '[100::1]',
  '[5f00::1]',
  '[4000::1]',
  '[e000::1]',
]

describe('the guard', () => {
  test.each(refusedHosts)('refuses http://%s/', async (host) => {
    await expect(guarded.send(request(`http://${host}/`))).rejects.toMatchObject({ reason: 'ADDRESS_REFUSED' })
  })

  test('covers at least sixty hosts', () => {
    expect(new Set(refusedHosts).size).toBeGreaterThanOrEqual(60)
  })

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001::1',
    '2001:4860:4860::8888',
  ])('lets %s through', (address) => {
    expect(isAddressAllowed(address, false)).toBe(true)
  })

  test.each(['', 'localhost', '1.2.3', '1.2.3.4.5', '::1%lo', 'fe80::1%eth0', '2606:4700::1%eth0', 'nonsense'])(
    'refuses what is not an address: “%s”',
    (address) => {
      expect([isAddressAllowed(address, false), isAddressAllowed(address, true)]).toEqual([false, false])
    },
  )

  test.each(['127.0.0.1', '127.8.8.8', '::1'])(
    'lets loopback (%s) through where the composition says so',
    (address) => {
      expect([isAddressAllowed(address, false), isAddressAllowed(address, true)]).toEqual([false, true])
    },
  )

  test.each(['10.0.0.1', '169.254.169.254', '0.0.0.0', '192.168.1.1', '::', '::ffff:127.0.0.1', 'fd00:ec2::254'])(
    'and still nothing else (%s)',
    (address) => {
      expect(isAddressAllowed(address, true)).toBe(false)
    },
  )

  test.each([
    ['only a private address', ['10.1.2.3']],
    ['a public and a private address', ['1.1.1.1', '127.0.0.1']],
    ['a private and a public address', ['::1', '2606:4700::1']],
    ['cloud metadata', ['169.254.169.254']],
  ])('judges what a name resolves to: %s', async (_, addresses) => {
    const transport = createTransport({
      allowLoopback: false,
      resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    })
    await expect(transport.send(request('https://innocent.example/'))).rejects.toMatchObject({
      reason: 'ADDRESS_REFUSED',
    })
  })

  test('judges the very answer that is connected to: a name that changes its mind gets nowhere', async () => {
    let asked = 0
    const transport = createTransport({
      allowLoopback: false,
      resolve: async () => [{ address: asked++ === 0 ? '127.0.0.1' : '1.1.1.1', family: 4 }],
    })
    await expect(transport.send(request('http://rebinding.example/'))).rejects.toMatchObject({
      reason: 'ADDRESS_REFUSED',
    })
    expect(asked).toBe(1)
  })

  test.each([
    '',
    'nonsense',
    '//host/',
    'ftp://1.1.1.1/',
    'file:///etc/passwd',
    'gopher://1.1.1.1/',
    'data:text/plain,x',
    'javascript:1',
    'http://',
    'http://user:secret@1.1.1.1/',
    'http://1.1.1.1:99999/',
    'http://1.2.3.4.5/',
    'http://[::1',
    'unix:/run/x',
  ])('refuses the URL “%s”', async (url) => {
    const error: unknown = await local.send(request(url)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'TransportError', reason: 'ADDRESS_REFUSED' })
    expect(String(error)).not.toContain('secret')
  })

  test('a name that has no address is unreachable', async () => {
    const nobody = createTransport({ allowLoopback: false, resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    await expect(nobody.send(request('http://nobody.example/'))).rejects.toMatchObject({ reason: 'UNREACHABLE' })
    const empty = createTransport({ allowLoopback: false, resolve: async () => [] })
    await expect(empty.send(request('http://nobody.example/'))).rejects.toMatchObject({ reason: 'UNREACHABLE' })
  })
})

describe('sending', () => {
  let server: Server
  let url: string
  let calls = 0
  const raw: { answer: string | null } = { answer: null }
  const rawSockets = new Set<Socket>()
  const rawServer = createTcpServer((socket) => {
    rawSockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => {
      if (raw.answer !== null) socket.write(raw.answer)
    })
  })
  let rawUrl: string

  beforeAll(async () => {
    server = createServer((incoming, outgoing) => {
      calls++
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        if (incoming.url === '/redirect') return outgoing.writeHead(302, { location: '/echo' }).end()
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

  test('follows no redirect', async () => {
    const before = calls
    expect(await local.send(request(`${url}/redirect`))).toMatchObject({ status: 302, headers: { location: '/echo' } })
    expect(calls).toBe(before + 1)
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
    ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`],
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
