/** `tradepay statement`: a day as a file, differences by exit code, and clear words for what cannot be. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { money } from '@tradepay/money'
import {
  aMerchantWithClient,
  aPaidOrder,
  aUser,
  createTestWorld,
  type TestWorld,
} from '@tradepay/wallet-server/testing'
import { CommandError } from '../src/command-error.ts'
import { statement, type StatementOptions } from '../src/statement.ts'
import { throwawayFolder, tradepay } from './support.ts'

let world: TestWorld
let merchantId: string
let requestId: string

beforeAll(async () => {
  world = await createTestWorld()
  const shop = await aMerchantWithClient(world, { name: 'Coffee Shop', feeBasisPoints: 60 })
  merchantId = shop.merchant.merchantId
  const { order } = await aPaidOrder(world, shop, await aUser(world), { amount: money('CNY', 1250n) })
  requestId = order.requestId
})
afterAll(() => world.close())

const env = (): Record<string, string> => ({ TRADEPAY_DATABASE_URL: world.database.url })
const options = (about: Partial<StatementOptions> = {}): StatementOptions => ({
  merchant: merchantId,
  day: '2026-03-01',
  currency: 'CNY',
  format: 'csv',
  data: '.nowhere',
  ...about,
})
async function listFile(text: string): Promise<string> {
  const file = join(await throwawayFolder(), 'list.csv')
  await writeFile(file, text)
  return file
}

describe('tradepay statement', () => {
  it('writes the day as CSV or JSON, and says the balances', async () => {
    const csv = await statement(options(), env())
    expect(csv.output.split('\r\n').map((line) => line.split(',')[0])).toEqual(['kind', 'PAYMENT', 'FEE', ''])
    expect(csv.summary).toMatch(/opening +0\.00\n.*payment +12\.50 \(1\)\n.*fee +-0\.08 \(1\)/s)
    expect(csv.summary).toMatch(/closing +12\.42/)
    const json = await statement(options({ format: 'json' }), env())
    expect(JSON.parse(json.output)).toMatchObject({ merchantId, closing: '12.42', rows: [{ amount: '12.50' }, {}] })
  })

  it('cuts the day in the zone of the wallet', async () => {
    // The payment was at 04:00 UTC: in Honolulu that is the evening before.
    const read = (day: string) => statement(options({ day }), { ...env(), TRADEPAY_TIME_ZONE: 'Pacific/Honolulu' })
    expect((await read('2026-02-28')).output).toContain('2026-02-28T18:00:00.000-10:00')
    expect((await read('2026-03-01')).output).not.toContain('PAYMENT')
  })

  it('finds no difference from its own file, and each from a damaged one', async () => {
    const own = await listFile((await statement(options(), env())).output)
    expect(await statement(options({ compare: own }), env())).toMatchObject({ output: '', differences: [] })
    const damaged = await listFile(`kind,number,amount\nPAYMENT,${requestId},12.51\nREFUND,unknown,-1.00\n`)
    const { output, summary } = await statement(options({ compare: damaged }), env())
    expect(output).toMatch(/AMOUNT_DIFFERS +PAYMENT .* of 12\.50 CNY is 12\.51 CNY on the list\n/)
    expect(output).toMatch(/MISSING_THERE +FEE .* is not on the list\n/)
    expect(output).toMatch(/MISSING_HERE +REFUND unknown of -1\.00 CNY/)
    expect(summary).toContain('3 differences')
  })

  it.each([
    [{ day: '2026-2-1' }, '--day is "2026-2-1": expected a day of the calendar'],
    [{ day: '2999-01-01' }, '--day is "2999-01-01": expected a day that has begun'],
    [{ currency: 'cny' }, '--currency is "cny"'],
    [{ currency: 'USD' }, 'no account in USD'],
    [{ format: 'xml' }, '--format is "xml": expected csv or json'],
    [{ merchant: '2088' }, 'no merchant "2088" here. There is 2088'],
    [{ compare: '/nowhere/list.csv' }, 'cannot be opened'],
  ])('refuses %j in words', async (about, words) => {
    const refused = statement(options(about), env())
    await expect(refused).rejects.toBeInstanceOf(CommandError)
    await expect(refused).rejects.toThrow(words)
  })
  it('refuses a list that it cannot read, with the line', async () => {
    const file = await listFile('kind,number,amount\nPAYMENT,a,1.234\n')
    await expect(statement(options({ compare: file }), env())).rejects.toThrow(
      /list\.csv: .*\n +line 2: CNY has 2 decimals/,
    )
  })
  it('refuses a zone that does not exist, a folder without a wallet, and makes none there', async () => {
    await expect(statement(options(), { ...env(), TRADEPAY_TIME_ZONE: 'Mars/Olympus' })).rejects.toThrow(
      'TRADEPAY_TIME_ZONE',
    )
    const folder = await throwawayFolder()
    await expect(statement(options({ data: folder }), {})).rejects.toThrow('There is no wallet in')
  })

  it('ends with 0 for a statement, 1 for differences, 2 for options that are wrong or missing', async () => {
    const args = ['statement', '--merchant', merchantId, '--day', '2026-03-01', '--currency', 'CNY']
    const list = await listFile('kind,number,amount\n')
    const runs = [
      args,
      [...args, '--compare', list],
      [...args, '--format', 'xml'],
      args.slice(0, -2),
      [...args, '--what'],
    ]
    const codes = []
    for (const run of runs) codes.push((await tradepay(run, env()).ended).code)
    expect(codes).toEqual([0, 1, 2, 2, 2])
  }, 60_000)
})
