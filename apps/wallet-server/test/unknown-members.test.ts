/**
 * What a call of the cashier or of the wallet does not know is refused by its name, and nothing is done: a misspelt member is
 * not one that was left out.
 */
import { walletPaths, type BalanceAnswer } from '@tradepay/contract'
import { cashierDocument, walletDocument, type Operation } from '@tradepay/contract/open-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aUser, startTestServer, type TestServer } from './support/index.ts'
import { signIn, type WalletApp } from './support/wallet-app.ts'

let wallet: TestServer
let app: WalletApp
beforeAll(async () => {
  wallet = await startTestServer({ seed: 33 })
  app = await signIn(wallet, await aUser(wallet))
})
afterAll(() => wallet.close())

/** Every call that takes a body: its address, and an example of what it takes. */
const taking = [cashierDocument(), walletDocument()].flatMap(({ paths }) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).flatMap(([method, { requestBody }]) => {
      const [example] = Object.values(requestBody?.content['application/json']?.examples ?? {})
      return example ? [{ method: method.toUpperCase() as 'POST', path, right: example.value as object }] : []
    }),
  ),
)

test.each(taking)('$method $path', async ({ method, path, right }) => {
  const before = await app.call<BalanceAnswer>('GET', walletPaths.balance)
  const { status, body } = await app.call(method, path, { ...right, amuont: 1 })
  expect({ status, error: body.error }).toMatchObject({
    status: 400,
    error: { code: 'INVALID_PARAMETER', field: 'amuont' },
  })
  expect((await app.call<BalanceAnswer>('GET', walletPaths.balance)).body).toEqual(before.body)
})

test('are all of them', () => {
  expect(taking.length).toBeGreaterThanOrEqual(10)
})
