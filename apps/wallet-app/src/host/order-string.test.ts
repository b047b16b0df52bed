/** my.tradePay({ orderStr }): what the mini program is told before any cashier opens. */
import { describe, expect, it } from 'vitest'
import type { OrderStringRequest } from '@tradepay/contract'
import { ServerError } from '../server-api/server-error.ts'
import { tradeNoOf } from './order-string.ts'

const request = { orderStr: 'method=alipay.trade.app.pay&sign=x', appId: '2021000000000001' }
const failing = (error: unknown) => tradeNoOf(request, { takeOrderString: () => Promise.reject(error) })

describe('an order string', () => {
  it('goes to the wallet server as it is, and comes back as a tradeNo', async () => {
    const sent: OrderStringRequest[] = []
    const takeOrderString = async (asked: OrderStringRequest) => (sent.push(asked), { tradeNo: '42' })
    expect(await tradeNoOf(request, { takeOrderString })).toBe('42')
    expect(sent).toEqual([request])
  })

  it.each([
    ['SIGNATURE_INVALID', 2],
    ['ORDER_INCONSISTENT', 2],
    ['SESSION_REQUIRED', 4],
  ] as const)('refused as %s fails with %d and the reason', async (code, error) => {
    await expect(failing(new ServerError(code, 'REFUSED', 'What is wrong.', 'What to do.'))).rejects.toMatchObject({
      error,
      errorMessage: 'tradePay: What is wrong. What to do.',
    })
  })

  it.each(['OFFLINE', 'CONNECTION_LOST', 'TIMED_OUT', 'SERVER_FAILED'] as const)(
    'whose answer is lost (%s) leads to no order and to no failure',
    async (code) => {
      expect(await failing(ServerError.lost(code))).toBeNull()
    },
  )

  it('lets a bug of this page through', async () => {
    await expect(failing(new TypeError('a bug'))).rejects.toThrow(TypeError)
  })
})
