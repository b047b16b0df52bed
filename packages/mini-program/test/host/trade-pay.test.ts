/** The sample of the public document "Use TradeNO to pay", exactly as printed there, on the real runtime. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packFiles } from '../support/project.ts'
import { lineOf, shellCall, startWalletWorld, type WalletWorld } from '../support/wallet-world.ts'

const sample = `my.tradePay({
  tradeNO: '201711152100110410533667792',
  success: function(res) {
    my.alert({
      content: JSON.stringify(res),
    });
  },
  fail: function(res) {
    my.alert({
      content: JSON.stringify(res),
    });
  },
});`

const pay = async (call: string) =>
  (await packFiles({ 'pages/index/index.js': `Page({ onLoad() { ${call} } })` })).packed
const result =
  'then((r) => console.log("RESULT" + JSON.stringify(r)), (e) => console.log("RESULT" + JSON.stringify(e)))'

describe('my.tradePay', () => {
  let world: WalletWorld
  beforeAll(async () => {
    world = await startWalletWorld()
  })
  afterAll(() => world.close())

  it('runs the sample of the document as printed, and alerts the result code', async () => {
    const page = await world.open(await pay(sample), { resultCode: '9000' })
    expect(await shellCall(page, 'alert')).toEqual({ title: '', content: '{"resultCode":"9000"}', buttonText: 'OK' })
    expect(await page.evaluate(() => window.wallet.tradePays)).toEqual([{ tradeNO: '201711152100110410533667792' }])
    await page.close()
  })

  it('tells of the call and its answer, for the timeline', async () => {
    const page = await world.open(await pay(sample), { resultCode: '6001' })
    await shellCall(page, 'alert')
    const events = await page.evaluate(() => window.wallet.events)
    const called = events.find((event) => event.kind === 'called' && event.api === 'tradePay')
    expect(called).toMatchObject({ page: 'pages/index/index' })
    expect(events.find((event) => event.kind === 'answered' && event.api === 'tradePay')).toMatchObject({ ok: true })
    await page.close()
  })

  it('hands an order string to the wallet as it is', async () => {
    const page = await world.open(await pay(`my.tradePay({ orderStr: 'a=%20b&sign=c%2B' }).${result}`), {
      resultCode: '9000',
    })
    expect(await lineOf(page, 'RESULT')).toEqual({ resultCode: '9000' })
    expect(await page.evaluate(() => window.wallet.tradePays)).toEqual([{ orderStr: 'a=%20b&sign=c%2B' }])
    await page.close()
  })

  it.each([
    ['no input', '{}', 2, /none was given/],
    ['two inputs', "{ tradeNO: '1', orderStr: 'x' }", 2, /tradeNO and orderStr were given/],
    ['paymentUrl', "{ paymentUrl: 'https://x' }", 2, /takes tradeNO or orderStr/],
    ['an empty orderStr', "{ orderStr: '' }", 2, /none was given/],
    ['an orderStr of 10,001 characters', "{ orderStr: 'x'.repeat(10001) }", 2, /orderStr/],
    ['a tradeNO of 65 characters', "{ tradeNO: '1'.repeat(65) }", 2, /longer than 64/],
    ['a tradeNO that is a list', "{ tradeNO: ['1'] }", 2, /must be a text/],
    ['the wrong name tradeNo', "{ tradeNo: '1' }", 2, /none was given/],
  ])('refuses %s and opens no cashier', async (_name, params, error, message) => {
    const page = await world.open(await pay(`my.tradePay(${params}).${result}`), { resultCode: '9000' })
    expect(await lineOf(page, 'RESULT')).toEqual({ error, errorMessage: expect.stringMatching(message) })
    expect(await page.evaluate(() => window.wallet.tradePays)).toEqual([])
    await page.close()
  })

  it('refuses a second call while a cashier is open', async () => {
    const page = await world.open(await pay(`my.tradePay({ tradeNO: '1' }); my.tradePay({ tradeNO: '2' }).${result}`))
    expect(await lineOf(page, 'RESULT')).toMatchObject({ error: 4 })
    expect(await page.evaluate(() => window.wallet.tradePays)).toEqual([{ tradeNO: '1' }])
    await page.close()
  })

  it('holds dialogues, toasts and loading back until the cashier is closed', async () => {
    const page = await world.open(
      await pay(`my.tradePay({ tradeNO: '1' }); my.alert({ content: 'PIN?' }); my.showToast({ content: 'PIN!' })
        my.showLoading({ content: 'PIN' }); my.getAuthCode({ success() { console.log('RESULT1') } })`),
    )
    await lineOf(page, 'RESULT')
    const drawn = () => page.evaluate(() => window.wallet.shell.map((call) => call.name))
    expect(await drawn()).not.toEqual(expect.arrayContaining(['alert']))
    expect(await drawn()).not.toEqual(expect.arrayContaining(['toast']))
    expect(await drawn()).not.toEqual(expect.arrayContaining(['loading']))
    await page.evaluate(() => window.wallet.closeCashier('9000'))
    await shellCall(page, 'alert')
    await shellCall(page, 'toast')
    await shellCall(page, 'loading')
    await page.close()
  })

  it('is refused to a program without the payment feature', async () => {
    const page = await world.open(await pay(`my.tradePay({ tradeNO: '1' }).${result}`), { features: ['interface'] })
    expect(await lineOf(page, 'RESULT')).toMatchObject({ error: 4 })
    await page.close()
  })
})
