/** What `alipay.data.dataservice.bill.downloadurl.query` promises a merchant: a real zip, for 30 seconds, for nobody else. */
import { generateKeyPairSync } from 'node:crypto'
import { alipayBillColumns } from '@tradepay/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCells } from '../src/statement/cells.ts'
import { aPaidTrade, callMethod, pay, type Trade } from './alipay-trades.ts'
import { openDoors, tradeRequest, type AlipayCall, type Doors } from './merchant-doors.ts'
import { readZip } from './read-zip.ts'
import { aBankAccount, aMerchantWithClient, testWalletKey } from './support/index.ts'

let doors: Doors
/** The trades of 1 March 2026, each of 12.50 yuan with a fee of 0.08; the clock stands on 2 March, 12:00 in GMT+8. */
let trades: Trade[]

beforeAll(async () => {
  doors = await openDoors({ seed: 41 })
  const { merchantId } = doors.merchant.merchant
  await doors.rooms.merchants.setFee(merchantId, 60)
  const first = await aPaidTrade(doors, { subject: '+1,"珍珠奶茶"' })
  doors.clock.advance({ seconds: 1 })
  trades = [first, await aPaidTrade(doors)]
  doors.clock.advance({ seconds: 1 })
  const refund = { trade_no: trades[0]!.tradeNo, out_request_no: 'r-1', refund_amount: '12.50' }
  await callMethod(doors, 'alipay.trade.refund', refund)
  doors.clock.advance({ seconds: 1 })
  const { bankAccountId } = await aBankAccount(doors, merchantId)
  const amount = { currency: 'CNY', minor: 200n }
  await doors.rooms.payOuts.request({ merchantId, requestId: 'out-1', bankAccountId, amount })
  while ((await doors.rooms.fundings.askDue()) > 0);
  doors.clock.set('2026-03-02T04:00:00.000Z')
})
afterAll(() => doors.close())

const ask = (content: object, call?: AlipayCall) =>
  callMethod(doors, 'alipay.data.dataservice.bill.downloadurl.query', content, call)

async function addressOf(content: object, call?: AlipayCall): Promise<URL> {
  const node = await ask(content, call)
  expect(node).toMatchObject({ code: '10000' })
  return new URL(String(node['bill_download_url']))
}
const download = ({ pathname, search }: Pick<URL, 'pathname' | 'search'>, from = doors) =>
  from.http.inject({ method: 'GET', url: pathname + search })

const march1 = { bill_type: 'trade', bill_date: '2026-03-01' }
const cellsOf = (csv: string) => readCells(csv).map(({ cells }) => cells)

describe('the address', () => {
  test('lies at the wallet, and differs each second', async () => {
    const first = await addressOf(march1)
    expect(first.href).toMatch(/^http:\/\/127\.0\.0\.1:4100\/alipay\/bill\.zip\?/)
    doors.clock.advance({ seconds: 1 })
    expect((await addressOf(march1)).href).not.toBe(first.href)
  })

  test('opens the bill for 30 seconds, as often as one likes, and then says that they are over', async () => {
    const address = await addressOf(march1)
    doors.clock.advance({ seconds: 29 })
    for (let time = 0; time < 2; time++) {
      const answer = await download(address)
      expect(answer).toMatchObject({
        statusCode: 200,
        headers: { 'content-type': 'application/zip', 'cache-control': 'no-store' },
      })
    }
    doors.clock.advance({ seconds: 1 })
    const late = await download(address)
    expect(late.statusCode).toBe(410)
    expect(late.json()).toMatchObject({
      error: {
        code: 'REQUEST_TIME_INVALID',
        message: expect.stringContaining('30 seconds') as string,
        action: expect.stringContaining('alipay.data.dataservice.bill.downloadurl.query') as string,
      },
    })
  })

  test.each([
    ['another merchant', 'merchant_id', '2088000100000001'],
    ['another type', 'bill_type', 'signcustomer'],
    ['another day', 'bill_date', '2026-02-28'],
    ['a later end', 'expires', '9999999999'],
    ['no code', 'sign', ''],
    ['a code that is none', 'sign', '!!!'],
    ['a member more', 'extra', '1'],
  ])('with %s is not the wallet’s', async (_, name, value) => {
    const address = await addressOf(march1)
    address.searchParams.set(name, value)
    const answer = await download(address)
    expect(answer.statusCode).toBe(403)
    expect(answer.json()).toMatchObject({ error: { code: 'SIGNATURE_INVALID' } })
    expect(answer.headers['content-type']).toContain('application/json')
  })

  test('whatever is written in its place is refused, and never a 5xx', async () => {
    const { search } = await addressOf(march1)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 80 }).map(encodeURIComponent),
          fc.webQueryParameters(),
          fc
            .nat(search.length - 2)
            .map((at) => search.slice(1, at + 1) + (search[at + 1] === '0' ? '1' : '0') + search.slice(at + 2)),
        ),
        async (query) => {
          expect((await download({ pathname: '/alipay/bill.zip', search: `?${query}` })).statusCode).toBe(403)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('that one server gave is known to every other, also while the wallet’s keys are rotated', async () => {
    const pair = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const walletKeys = [testWalletKey(), { version: 2, ...pair }]
    const [rotated, stranger] = [
      await openDoors({ database: doors.database, seed: 42, settings: { walletKeys } }),
      await openDoors({ database: doors.database, seed: 43, settings: { walletKeys: walletKeys.slice(1) } }),
    ]
    for (const { clock } of [rotated, stranger]) clock.set(doors.clock.now())
    const address = await addressOf(march1)
    expect((await download(address, rotated)).statusCode).toBe(200)
    expect((await download(address, stranger)).statusCode).toBe(403)
    await rotated.close()
    await stranger.close()
  })
})

describe('the zip', () => {
  const fileOf = async (content: object, call?: AlipayCall) =>
    readZip((await download(await addressOf(content, call))).rawPayload)

  test('of a trade bill has payments, refunds and their fees, and their sums', async () => {
    const { merchantId } = doors.merchant.merchant
    const files = await fileOf(march1)
    expect(Object.keys(files)).toEqual([
      `${merchantId}_2026-03-01_trade.csv`,
      `${merchantId}_2026-03-01_trade_summary.csv`,
    ])
    const [header, ...lines] = cellsOf(files[`${merchantId}_2026-03-01_trade.csv`]!)
    expect(header).toEqual([...alipayBillColumns])
    expect(lines.map(([kind, , amount]) => `${kind} ${amount}`)).toEqual([
      'PAYMENT 12.50',
      'FEE -0.08',
      'PAYMENT 12.50',
      'FEE -0.08',
      'FEE_REFUND 0.08',
      'REFUND -12.50',
    ])
    const [first, second] = trades
    expect(lines[0]!.slice(4)).toEqual([first!.tradeNo, first!.outTradeNo, '', `'+1,"珍珠奶茶"`])
    expect(lines[2]!.slice(4)).toEqual([second!.tradeNo, second!.outTradeNo, '', 'Flat white'])
    expect(lines[5]!.slice(4, 7)).toEqual([first!.tradeNo, first!.outTradeNo, 'r-1'])
    expect(lines[0]![1]).toBe('2026-03-01 12:00:00')
    expect(cellsOf(files[`${merchantId}_2026-03-01_trade_summary.csv`]!)).toEqual([
      ['kind', 'count', 'amount'],
      ['PAYMENT', '2', '25.00'],
      ['FEE', '2', '-0.16'],
      ['REFUND', '1', '-12.50'],
      ['FEE_REFUND', '1', '0.08'],
    ])
  })

  test('of a signcustomer bill has the pay-out too, and the balance after each movement', async () => {
    const files = await fileOf({ bill_type: 'signcustomer', bill_date: '2026-03-01' })
    const [details = '', summary = ''] = Object.values(files)
    const [header, ...lines] = cellsOf(details)
    expect(header).toEqual([...alipayBillColumns, 'balance'])
    expect(lines.at(-1)![0]).toBe('PAY_OUT')
    expect(lines.map((cells) => cells.at(-1))).toEqual(['12.50', '12.42', '24.92', '24.84', '24.92', '12.42', '10.42'])
    expect(cellsOf(summary).at(-1)).toEqual(['PAY_OUT', '1', '-2.00'])
  })

  test('of a month holds all its days in one file', async () => {
    await aPaidTrade(doors, { total_amount: '3.00' })
    const now = doors.clock.now()
    doors.clock.set('2026-03-31T15:59:59.999Z')
    await aPaidTrade(doors, { total_amount: '4.00' })
    doors.clock.set('2026-03-31T16:00:00.000Z')
    await aPaidTrade(doors, { total_amount: '5.00' })
    const files = await fileOf({ bill_type: 'trade', bill_date: '2026-03' })
    doors.clock.set(now)
    const payments = cellsOf(Object.values(files)[0]!).filter(([kind]) => kind === 'PAYMENT')
    expect(payments.map(([, , amount]) => amount)).toEqual(['12.50', '12.50', '3.00', '4.00'])
  })

  test('has nothing of another merchant', async () => {
    const now = doors.clock.now()
    doors.clock.set('2026-03-01T05:00:00.000Z')
    const { client } = await aMerchantWithClient(doors)
    const parameters = { app_id: client.clientId }
    const created = await callMethod(doors, 'alipay.trade.create', tradeRequest(), { parameters })
    const trade = { tradeNo: String(created['trade_no']), outTradeNo: String(created['out_trade_no']) }
    await pay(doors, trade)
    doors.clock.set(now)
    const text = Object.values(await fileOf(march1, { parameters })).join('')
    expect(text).toContain(trade.tradeNo)
    for (const { tradeNo } of trades) expect(text).not.toContain(tradeNo)
    expect(Object.values(await fileOf(march1)).join('')).not.toContain(trade.tradeNo)
  })
})

describe('is refused', () => {
  test.each([
    ['today', { bill_type: 'trade', bill_date: '2026-03-02' }, 'BILL_NOT_EXIST', /over/],
    ['tomorrow', { bill_type: 'trade', bill_date: '2026-03-03' }, 'BILL_NOT_EXIST', /over/],
    ['this month', { bill_type: 'trade', bill_date: '2026-03' }, 'BILL_NOT_EXIST', /over/],
    ['a day without movements', { bill_type: 'trade', bill_date: '2026-02-28' }, 'NO_BILL_DATA', /2026-02-28/],
    ['a month without movements', { bill_type: 'signcustomer', bill_date: '2026-02' }, 'NO_BILL_DATA', /Nothing moved/],
    ['a day that is none', { bill_type: 'trade', bill_date: '2026-02-30' }, 'INVAILID_ARGUMENTS', /bill_date/],
    ['a month that is none', { bill_type: 'trade', bill_date: '2026-13' }, 'INVAILID_ARGUMENTS', /bill_date/],
    ['a month of the year nought', { bill_type: 'trade', bill_date: '0000-01' }, 'INVAILID_ARGUMENTS', /bill_date/],
    ['the year 0000', { bill_type: 'trade', bill_date: '0000-00' }, 'INVAILID_ARGUMENTS', /bill_date/],
    ['words', { bill_type: 'trade', bill_date: 'yesterday' }, 'INVAILID_ARGUMENTS', /bill_date/],
    ['no date', { bill_type: 'trade' }, 'INVAILID_ARGUMENTS', /"bill_date"/],
    ['no type', { bill_date: '2026-03-01' }, 'INVAILID_ARGUMENTS', /"bill_type"/],
    ['an unknown type', { bill_type: 'constructor', bill_date: '2026-03-01' }, 'INVAILID_ARGUMENTS', /merchant_act/],
    [
      'a type that this wallet has not',
      { bill_type: 'zft_acc', bill_date: '2026-03-01' },
      'TYPE_NOT_SUPPORTED',
      /trade or/,
    ],
  ])('%s', async (_, content, subCode, message) => {
    const node = await ask(content)
    expect(node).toMatchObject({ code: '40004', sub_code: subCode })
    expect(node['sub_msg']).toMatch(message)
    expect(node).not.toHaveProperty('bill_download_url')
  })

  test('a merchant that has no account in yuan has no bill', async () => {
    const { client } = await aMerchantWithClient(doors, { currencies: ['USD'] })
    expect(await ask(march1, { parameters: { app_id: client.clientId } })).toMatchObject({ sub_code: 'NO_BILL_DATA' })
  })
})
