/** Every guide does what it says: its own programs, run one after another beside a running sandbox. */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxPaths, type SandboxNotificationsAnswer } from '@tradepay/contract'
import { deadLinks, freePort, openDesk, programsOf, readPage, type Desk, type Guide } from './guide.ts'

const pages = readdirSync(fileURLToPath(new URL('../../docs/guides', import.meta.url)))
const LINES_MAX = 40

let desk: Desk
beforeAll(async () => void (desk = await openDesk()))
afterAll(() => desk.close())

/** The lines that a program said. */
const lines = (said: string): string[] => said.trim().split('\n')
const order = async (guide: Guide, ...args: string[]): Promise<string> =>
  (await guide.run('create-order.mjs', ...args)).trim()
const attempts = async (tradeNo: string): Promise<unknown[]> => {
  const { body } = await desk.sandbox.call(`${sandboxPaths.notifications}?tradeNo=${tradeNo}`)
  const { notifications } = body as unknown as SandboxNotificationsAnswer
  return notifications.map(({ sequence, state, attempts }) => [sequence, state, attempts])
}

it('an order is created, paid and learnt of, and one that nobody paid is not taken for paid', async () => {
  const guide = await desk.open('accept-a-payment.md')
  const tradeNo = await order(guide, 'G1')
  expect(tradeNo).toMatch(/^[0-9]{28}$/)
  expect(await order(guide, 'G1')).toBe(tradeNo)
  expect(await guide.run('wait.mjs', tradeNo, '0')).toContain('not decided yet')
  expect(await guide.run('pay.mjs', tradeNo)).toBe('SUCCEEDED\n')
  expect(await guide.run('wait.mjs', tradeNo)).toBe('ship G1\n')
  expect(guide.left()).toEqual([])
})

it('notifications are heard once, logged, replayed, verified by the webhook secret, and forged ones are refused', async () => {
  const guide = await desk.open('handle-notifications.md')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/notify`
  const server = await guide.start('notify-server.mjs', { PORT: String(port) }, 'listening')
  const tradeNo = (await guide.run('order-and-pay.mjs', 'N1001', url)).trim()
  await server.says('paid N1001')
  await expect.poll(() => attempts(tradeNo)).toEqual([[2, 'DELIVERED', 1]])
  expect(lines(await guide.run('replay.mjs', tradeNo))).toEqual([
    'DELIVERED attempt 1 by itself acknowledged',
    'DELIVERED attempt 2 by hand acknowledged',
  ])

  const unknown = (await guide.run('order-and-pay.mjs', 'N9999', url)).trim()
  await server.says('refused PROCESS_FAIL No order N9999 of this amount.')
  await expect.poll(() => attempts(unknown)).toEqual([[2, 'DUE', 1]])
  const refused = await guide.run('replay.mjs', unknown)
  expect(refused).toContain('result.resultStatus is "F" instead of "S"')
  expect(refused).toContain('not sent again: The notification is still to be sent by itself')
  expect((await server.says('listening')).match(/paid/g)).toHaveLength(1)
  await server.stop()

  const webhookPort = await freePort()
  const webhooks = await guide.start('webhook-server.mjs', { PORT: String(webhookPort) }, 'listening')
  await guide.run('order-and-pay.mjs', 'N1002', `http://127.0.0.1:${webhookPort}/hook`)
  await webhooks.says('verified N1002')
  const forged = await fetch(`http://127.0.0.1:${webhookPort}/hook`, { method: 'POST', body: '{}' })
  expect(forged.status).toBe(401)
  await webhooks.stop()

  expect(await guide.run('handler-test.mjs')).toBe('200 401 A1\n')
  expect(guide.left()).toEqual([])
})

it('a payment goes back in parts and never twice, and an order that never came is cancelled', async () => {
  const accept = await desk.open('accept-a-payment.md')
  const tradeNo = await order(accept, 'G2')
  await accept.run('pay.mjs', tradeNo)
  const guide = await desk.open('refund.md')
  expect(lines(await guide.run('refund.mjs', tradeNo))).toEqual([
    `${tradeNo}-1 SUCCEEDED`,
    'true',
    `${tradeNo}-2 SUCCEEDED`,
    'REFUND_TOO_MUCH',
  ])
  expect(await guide.run('inquire-refund.mjs', tradeNo, `${tradeNo}-1`)).toBe('SUCCEEDED 1600\n')
  expect(await guide.run('inquire-refund.mjs', tradeNo, `${tradeNo}-3`)).toBe('NOT_FOUND 0\n')
  expect(await guide.run('cancel.mjs', 'never-sent')).toBe('ORDER_CLOSED\n')
  expect(guide.left()).toEqual([])
})

it('a key is rotated without a refused call, and the retired one signs no more', async () => {
  const guide = await desk.open('rotate-keys.md')
  expect(await guide.run('make-app.mjs')).toMatch(/^2021[0-9]{12} key 1\n$/)
  const said = await guide.run('rotate.mjs')
  expect(await readPage('rotate-keys.md')).toContain(`\`\`\`\n${said}\`\`\``)
  expect(lines(said).at(-1)).toBe('version 1: KEY_NOT_FOUND | version 2: ORDER_NOT_EXIST')
  expect(guide.left()).toEqual([])
})

it('the official alipay-sdk works with its gateway, app and keys changed', async () => {
  const guide = await desk.open('move-from-alipay.md')
  const port = await freePort()
  const server = await guide.start('alipay-notify.mjs', { PORT: String(port) }, 'listening')
  const said = await guide.run('alipay-life.mjs', 'T1', `http://127.0.0.1:${port}/notify`)
  expect(lines(said)).toEqual(['WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'Y', 'N', 'REFUND_SUCCESS 8.00'])
  await server.says('TRADE_SUCCESS T1', 2)
  expect(await server.says('TRADE_SUCCESS T1 8.00')).toContain('TRADE_SUCCESS T1 \n')
  const forged = await fetch(`http://127.0.0.1:${port}/notify`, { method: 'POST', body: 'trade_status=TRADE_SUCCESS' })
  expect([forged.status, await forged.text()]).toEqual([400, 'fail'])
  await server.stop()
  expect(await guide.run('alipay-order-string.mjs')).toBe('true\n')
  expect(guide.left()).toEqual([])
})

it("a super-app wallet's client works with its base URL and keys changed, in its own dialect", async () => {
  const guide = await desk.open('move-from-a-super-app-wallet.md')
  const port = await freePort()
  const server = await guide.start('superapp-notify.mjs', { PORT: String(port) }, 'listening')
  const life = await guide.run('superapp-life.mjs', 'P1', `http://127.0.0.1:${port}/notify`)
  expect(lines(life)).toEqual(['A PROCESSING', 'SUCCESS', 'SUCCESS'])
  await server.says('P1 SUCCESS')
  expect((await fetch(`http://127.0.0.1:${port}/notify`, { method: 'POST', body: '{}' })).status).toBe(401)
  await server.stop()

  expect(JSON.parse(await guide.run('dialect.mjs'))).toEqual({
    signatureEncoding: 'BASE64',
    redirectForm: 'ACTION_FORM',
    algorithm: 'RSA256',
    signedBasePath: null,
  })
  expect(await guide.run('dialect.mjs', '{"redirectForm":"SIDEWAYS"}')).toContain('redirectForm')
  expect(lines(await guide.run('superapp-life.mjs', 'P2'))[0]).toBe('A PROCESSING')
  await guide.run('dialect.mjs', '{}')
  expect(desk.world.apps.at(-1)!.dialect.signatureEncoding).toBe('BASE64_URLENCODED')
  expect(await guide.run('explain.mjs')).toMatch(/HOST/)
  expect(guide.left()).toEqual([])
})

it("a day's statement is compared with one's own books, and each difference is named", async () => {
  const accept = await desk.open('accept-a-payment.md')
  const paid = await order(accept, 'G3')
  await accept.run('pay.mjs', paid)
  const guide = await desk.open('reconcile.md')
  const day = (await guide.run('end-the-day.mjs')).trim()
  expect(day).toMatch(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)
  await desk.write('books.json', JSON.stringify({ G1: '3600', G2: '3600', G3: '3601', G4: '100' }))
  const said = lines(await guide.run('reconcile.mjs', day, 'books.json'))
  expect(said.filter((line) => /^G/.test(line)).sort()).toEqual([
    'G2 differs: 3600 here, 0 there',
    'G3 differs: 3601 here, 3600 there',
    'G4 is in our books only: 100n',
  ])
  expect(said).toContain('N1001 is on the statement only: 3600n')
  expect(said.at(-1)).toMatch(/^[0-9]+ payments, [0-9]+ refunds, fees 0$/)
  expect(guide.left()).toEqual([])
})

describe.each(pages)('%s', (page) => {
  it('leads nowhere that is not there', async () => expect(await deadLinks(page)).toEqual([]))

  it(`has programs of at most ${LINES_MAX} lines, and tells what can go wrong`, async () => {
    const text = await readPage(page)
    for (const [file, code] of programsOf(text)) expect([file, lines(code).length <= LINES_MAX]).toEqual([file, true])
    if (page === 'README.md') return
    for (const part of ['What you need', 'What can go wrong', 'Where to look next'])
      expect(text).toContain(`## ${part}`)
    expect(await readPage('README.md')).toContain(`](${page})`)
  })

  it('has no program that is not run', async () => {
    expect((await readPage(page)).match(/^```(js|ts|sh)(?! file=)/gm)).toBeNull()
  })
})
