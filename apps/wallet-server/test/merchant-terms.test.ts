/** What the wallet operator sets for a merchant: the fee, and whether the merchant is frozen. */
import { WalletError } from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aMerchantWithClient, createTestWorld, orderCommand, type TestWorld } from './support/index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await createTestWorld()
})
afterAll(() => world.close())

async function refusalOf(call: Promise<unknown>): Promise<WalletError> {
  const result: unknown = await call.catch((error: unknown) => error)
  if (result instanceof WalletError) return result
  throw new Error(`Expected a refusal, got ${String(result)}`)
}

describe('a merchant', () => {
  test('the fee is a rate in hundredths of a percent, none unless it is set, and seen at once', async () => {
    const { merchants } = world.rooms
    const { merchantId, feeBasisPoints } = await merchants.register({ name: 'Tea', currencies: ['CNY'] })
    expect(feeBasisPoints).toBe(0)
    for (const rate of [1, 60, 10_000, 0]) {
      await merchants.setFee(merchantId, rate)
      expect((await merchants.merchant(merchantId)).feeBasisPoints).toBe(rate)
    }
    expect(await merchants.register({ name: 'Rice', currencies: ['CNY'], feeBasisPoints: 25 })).toMatchObject({
      feeBasisPoints: 25,
    })
  })

  test.each([-1, 10_001, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'a fee of %s basis points is refused',
    async (rate) => {
      const { merchants } = world.rooms
      const { merchant } = await aMerchantWithClient(world, { feeBasisPoints: 7 })
      const named = { code: 'INVALID_PARAMETER', details: { field: 'feeBasisPoints' } }
      expect(await refusalOf(merchants.setFee(merchant.merchantId, rate))).toMatchObject(named)
      expect(
        await refusalOf(merchants.register({ name: 'B', currencies: ['CNY'], feeBasisPoints: rate })),
      ).toMatchObject(named)
      expect((await merchants.merchant(merchant.merchantId)).feeBasisPoints).toBe(7)
    },
  )

  test('freezing reaches the merchant and every account, and ends the same way', async () => {
    const { merchants, ledger } = world.rooms
    const { merchant, client } = await aMerchantWithClient(world, { currencies: ['CNY', 'USD'] })
    const { merchantId } = merchant
    const states = async () => [
      (await merchants.merchant(merchantId)).frozen,
      ...(await ledger.accounts(['CNY', 'USD'].map((currency) => `merchants:${merchantId}:${currency}`))).map(
        ({ frozen }) => frozen,
      ),
    ]
    await merchants.setFrozen(merchantId, true)
    await merchants.setFrozen(merchantId, true)
    expect(await states()).toEqual([true, true, true])
    expect(await refusalOf(world.rooms.orders.create(orderCommand(world, client.clientId)))).toMatchObject({
      code: 'MERCHANT_FROZEN',
    })
    await merchants.setFrozen(merchantId, false)
    expect(await states()).toEqual([false, false, false])
  })

  test('a merchant that does not exist has no fee and cannot be frozen', async () => {
    const named = { code: 'INVALID_PARAMETER', details: { field: 'merchantId' } }
    expect(await refusalOf(world.rooms.merchants.setFee('2088000100000000', 1))).toMatchObject(named)
    expect(await refusalOf(world.rooms.merchants.setFrozen('2088000100000000', true))).toMatchObject(named)
  })
})
