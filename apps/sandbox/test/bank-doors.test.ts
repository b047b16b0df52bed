/** The doors around the bank: what they refuse, people with limits, the way back, and the comparison of both books. */
import { randomBytes } from 'node:crypto'
import { sandboxPaths } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import { errorOf, leo, mei, useBankSandbox } from './bank-sandbox.ts'
import { createOrder } from './support.ts'

const at = useBankSandbox()

describe('the doors refuse', () => {
  it('to tell the bank something about a payment from the balance, or what it cannot be told', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const refused = async (body: object): Promise<string | undefined> => {
      const answer = await at.call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId, ...body } })
      expect([answer.status, errorOf(answer)['code']]).toEqual([400, 'INVALID_PARAMETER'])
      return errorOf(answer)['field']
    }
    expect(await refused({ bank: { answers: 'NOW' } })).toBe('bank')
    expect(await refused({ method: 'BALANCE', bank: { answers: 'NOW' } })).toBe('bank')
    expect(await refused({ method: 'CREDIT' })).toBe('method')
    expect(await refused({ method: 'BANK', bank: { answers: 'MAYBE' } })).toBe('bank.answers')
    expect(await refused({ method: 'BANK', bank: { answers: 'NOW', seconds: 4 } })).toBe('bank.seconds')
    expect(await refused({ method: 'BANK', bank: { answers: 'LATER', seconds: 0 } })).toBe('bank.seconds')
    expect(await at.payment(tradeNo)).toBeNull()
  })

  it('a currency in which the person has no bank account', async () => {
    const tradeNo = await createOrder(at.sandbox, { currency: 'USD' })
    const answer = await at.confirm(tradeNo)
    expect([answer.status, errorOf(answer)['code']]).toEqual([404, 'BANK_ACCOUNT_NOT_FOUND'])
  })

  it('and what the bank was told for a refused payment does not wait for the next one', async () => {
    const tradeNo = await createOrder(at.sandbox)
    const body = { userId: mei.userId, method: 'BANK', bank: { answers: 'REFUSE' }, outcome: 'WRONG_PIN' }
    expect(errorOf(await at.call(sandboxPaths.confirm(tradeNo), { body }))['code']).toBe('PIN_WRONG')
    await at.confirm(tradeNo)
    await at.paymentComes(tradeNo, 'SUCCEEDED')
  })

  it.each([
    ['an unknown merchant', '2088999100000009', {}, 400, 'INVALID_PARAMETER'],
    ['an amount of nothing', undefined, { amount: { currency: 'CNY', value: '0' } }, 400, undefined],
    ['an amount that is none', undefined, { amount: { currency: 'CNY', value: '1e3' } }, 400, 'INVALID_PARAMETER'],
    ['an unknown currency', undefined, { amount: { currency: 'XXX', value: '1' } }, 400, 'INVALID_PARAMETER'],
    ['more than the merchant has', undefined, { amount: { currency: 'CNY', value: '9000000000' } }, 409, undefined],
    ['a number with a slash', undefined, { requestId: 'a/b' }, 400, 'INVALID_PARAMETER'],
    ['a behaviour that there is not', undefined, { bank: { answers: 'MAYBE' } }, 400, 'INVALID_PARAMETER'],
  ])('a pay-out for %s', async (_what, merchantId, given, status, code) => {
    const before = await at.merchantBalance()
    const path = sandboxPaths.payOuts(merchantId ?? at.app.merchantId)
    const body = { requestId: randomBytes(8).toString('hex'), amount: { currency: 'CNY', value: '1' }, ...given }
    const answer = await at.call(path, { body })
    expect(answer.status).toBe(status)
    if (code) expect(errorOf(answer)['code']).toBe(code)
    expect(await at.merchantBalance()).toBe(before)
  })

  it('a pay-out number that was used with other content', async () => {
    const tradeNo = await createOrder(at.sandbox)
    await at.call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
    const path = sandboxPaths.payOuts(at.app.merchantId)
    const request = { requestId: randomBytes(8).toString('hex'), amount: { currency: 'CNY', value: '10' } }
    expect((await at.call(path, { body: request })).status).toBe(200)
    const other = await at.call(path, { body: { ...request, amount: { currency: 'CNY', value: '11' } } })
    expect([other.status, errorOf(other)['code']]).toEqual([409, 'PAY_OUT_INCONSISTENT'])
    await at.comes(async () => (await at.call(path, { body: request })).body['state'], 'SUCCEEDED')
  })
})

describe('people with limits, and merchants with fees', () => {
  it('Leo pays within his limits and no further, by bank as from the balance', async () => {
    const pay = async (value: string, method: string): Promise<string> => {
      const tradeNo = await createOrder(at.sandbox, { value })
      const answer = await at.call(sandboxPaths.confirm(tradeNo), { body: { userId: leo.userId, method } })
      return errorOf(answer)['code'] ?? String(answer.body['outcome'])
    }
    expect(await pay('5001', 'BALANCE')).toBe('PAYMENT_LIMIT_EXCEEDED')
    expect(await pay('5001', 'BANK')).toBe('PAYMENT_LIMIT_EXCEEDED')
    expect(await pay('5000', 'BALANCE')).toBe('SUCCEEDED')
    expect(await pay('5000', 'BANK')).toBe('PROCESSING')
    expect(await pay('2001', 'BALANCE')).toBe('DAY_LIMIT_EXCEEDED')
    expect(await pay('2000', 'BALANCE')).toBe('SUCCEEDED')
    await at.comes(async () => (await at.compared()).processing.length, 0)
  })

  it('the coffee shop has a fee of 0.6 %, the integration app none', async () => {
    const { merchants } = at.rooms
    const fees = await Promise.all(
      at.sandbox.world.apps.map(async ({ merchantId }) => (await merchants.merchant(merchantId)).feeBasisPoints),
    )
    expect(fees).toEqual([60, 0])
  })
})

describe('a reset', () => {
  it('takes the bank back too, with what it was told and what was under way', async () => {
    const tradeNo = await createOrder(at.sandbox)
    await at.confirm(tradeNo, { answers: 'NEVER' })
    await at.nextAtBank({ answers: 'REFUSE' })
    expect((await at.call(sandboxPaths.reset, { method: 'POST' })).status).toBe(200)
    expect(await at.bankBalance()).toBe(100_000_000n)
    expect(await at.sandbox.bank.orders.list()).toEqual([])
    expect((await at.compared()).processing).toEqual([])
    const next = await createOrder(at.sandbox)
    await at.confirm(next)
    await at.paymentComes(next, 'SUCCEEDED')
  })
})

describe('comparing with the bank', () => {
  it('finds money that only one of them knows of', async () => {
    const bank = async (sql: string): Promise<void> => void (await at.db.query(sql))
    const tradeNo = await createOrder(at.sandbox)
    await at.confirm(tradeNo)
    await at.paymentComes(tradeNo, 'SUCCEEDED')
    const { paymentId } = (await at.payment(tradeNo))!
    const [asked] = await at.rooms.fundings.of(paymentId)

    await bank(`update test_bank.orders set amount = amount + 1 where order_id = '${asked!.fundingId}'`)
    expect((await at.compared()).differences).toMatchObject([
      { message: expect.stringContaining('did not move this money'), rows: [{ order_id: asked!.fundingId }] },
    ])
    await bank(`update test_bank.orders set amount = amount - 1 where order_id = '${asked!.fundingId}'`)

    const stray = { orderId: 'stray', direction: 'COLLECT', account: 'mei-now', currency: 'CNY', minor: 5n } as const
    await at.sandbox.bank.orders.ask({ ...stray, memo: 'Nobody asked for it' })
    expect((await at.compared()).differences).toMatchObject([
      { message: expect.stringContaining('that the wallet does not know'), rows: [{ order_id: 'stray' }] },
    ])
    // As if it had never been: the books of both agree again.
    expect((await at.call(sandboxPaths.reset, { method: 'POST' })).status).toBe(200)
  })
})
