/**
 * What is too large is refused at every door before it is read: by the length that it claims, or, where it claims none, as soon
 * as it is more than the limit. A length that lies harms nobody.
 */
import { connect } from 'node:net'
import { ALIPAY_BODY_LIMIT, cashierPaths, SUPERAPP_BODY_LIMIT, walletPaths } from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aUser, startTestServer, until, type TestServer } from './support/index.ts'
import { fromOwnPage, signIn, type WalletApp } from './support/wallet-app.ts'

const BANK_KEY = 'a-key-of-the-bank-and-the-wallet'
const JSON_LIMIT = 64 * 1024

let wallet: TestServer
let app: WalletApp
beforeAll(async () => {
  wallet = await startTestServer({ settings: { bankKey: BANK_KEY } })
  app = await signIn(wallet, await aUser(wallet))
})
afterAll(() => wallet.close())

const page = () => ({ ...fromOwnPage(wallet.url), cookie: app.cookie, 'x-csrf-token': app.csrfToken })
const doors: [string, string, number, () => Record<string, string>, RegExp][] = [
  [
    'the super-app door',
    '/v1/payments/pay',
    SUPERAPP_BODY_LIMIT,
    () => ({}),
    /^HTTP\/1.1 200 .*"PARAM_ILLEGAL".*131072 bytes/s,
  ],
  [
    'the Alipay gateway',
    '/gateway.do',
    ALIPAY_BODY_LIMIT,
    () => ({}),
    /^HTTP\/1.1 200 .*"isv.invalid-parameter".*131072 bytes.*"sign"/s,
  ],
  [
    'the Alipay REST door',
    '/v3/alipay/trade/create',
    ALIPAY_BODY_LIMIT,
    () => ({}),
    /^HTTP\/1.1 4\d\d .*131072 bytes/s,
  ],
  ['the cashier', cashierPaths.open, JSON_LIMIT, page, /^HTTP\/1.1 413 .*"BODY_TOO_LARGE"/s],
  ['the wallet app', walletPaths.authCodes, JSON_LIMIT, page, /^HTTP\/1.1 413 .*"BODY_TOO_LARGE"/s],
  ['signing in', walletPaths.session, JSON_LIMIT, () => fromOwnPage(wallet.url), /^HTTP\/1.1 413 .*"BODY_TOO_LARGE"/s],
  [
    'the bank',
    '/bank/v1/outcomes',
    JSON_LIMIT,
    () => ({ authorization: `Bearer ${BANK_KEY}` }),
    /^HTTP\/1.1 413 .*"BODY_TOO_LARGE"/s,
  ],
]

/** Writes bytes to the server, part by part, until something that looks like a whole answer has come or it hangs up. */
async function write(parts: (string | Buffer)[], { end = false } = {}): Promise<string> {
  const socket = connect(Number(new URL(wallet.url).port), '127.0.0.1')
  let answer = ''
  let closed = false
  socket.on('data', (data) => (answer += data.toString()))
  socket.on('close', () => (closed = true))
  // Written to after the server has hung up: that is what is looked for.
  socket.on('error', () => undefined)
  for (const part of parts) {
    if (closed) break
    await new Promise<void>((resolve) => socket.write(part, () => resolve()))
  }
  if (end) socket.end()
  await until('the server has answered or hung up', () => closed || isWhole(answer))
  socket.destroy()
  return answer
}

function isWhole(answer: string): boolean {
  const [head = '', body] = answer.split(/\r\n\r\n(.*)/s)
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  return body !== undefined && length !== undefined && Buffer.byteLength(body) >= Number(length)
}

const head = (path: string, headers: Record<string, string>): string =>
  [
    `POST ${path} HTTP/1.1`,
    `host: ${new URL(wallet.url).host}`,
    ...Object.entries({ 'content-type': 'application/json', ...headers }).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')

describe.each(doors)('%s', (_name, path, limit, headers, refusal) => {
  test('refuses a body that claims to be too large before a byte of it has come', async () => {
    const answer = await write([head(path, { ...headers(), 'content-length': String(limit + 1) })])
    expect(answer).toMatch(refusal)
  })

  test('refuses a body without a length as soon as it is too large, and does not wait for its end', async () => {
    const chunk = Buffer.from(`10000\r\n${' '.repeat(0x10000)}\r\n`)
    const chunks = Array.from({ length: Math.ceil(limit / 0x10000) + 1 }, () => chunk)
    const answer = await write([head(path, { ...headers(), 'transfer-encoding': 'chunked' }), ...chunks])
    expect(answer).toMatch(refusal)
  })

  test('takes what is shorter than it claims, and then ends, for no call', async () => {
    const answer = await write([head(path, { ...headers(), 'content-length': '1000' }), '{}'], { end: true })
    expect(answer).not.toMatch(/^HTTP\/1.1 5/)
    expect(answer).not.toMatch(/"(S|A)"|"10000"|^HTTP\/1.1 204/)
  })

  test('takes of what is longer than it claims only so much, and the rest for no call of its own', async () => {
    const body = '{}{"paymentRequestId":"smuggled"}'
    const answer = await write([head(path, { ...headers(), 'content-length': '2' }) + body], { end: true })
    expect(answer).not.toMatch(/^HTTP\/1.1 5/m)
    expect(answer).not.toMatch(/smuggled|"(S|A)"|"10000"/)
  })
})

test('the server still serves after all of it, and has made no order', async () => {
  expect((await app.call('GET', walletPaths.balance)).status).toBe(200)
  const { rows } = await wallet.database.pool.query('select 1 from orders')
  expect(rows).toEqual([])
})
