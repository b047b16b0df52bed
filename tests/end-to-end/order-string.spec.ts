/**
 * `my.tradePay({ orderStr })` from a mini program to the money: the merchant's server signs an order string with the official
 * `alipay-sdk` and calls nobody; the cashier opens for it, and it is paid like any order.
 */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SandboxApp } from '@tradepay/contract'
import { pack } from '@tradepay/mini-program/packager'
import { AlipaySdk } from 'alipay-sdk'
import type { Customer } from './support/customer.ts'
import { expect, person, test, timelineWith } from './support/fixtures.ts'

test('an order string opens the cashier, is paid, and pays nothing when it comes again', async ({
  customer,
  wallet,
}) => {
  await opensWith(customer, orderString(wallet.world.apps[0]!, { totalAmount: '18.80', subject: 'A lamp' }))
  await customer.shop.getByText('Pay now').click()

  await expect(customer.cashier.getByText('A lamp')).toBeVisible()
  await expect(customer.cashier.getByText('Coffee Shop').first()).toBeVisible()
  await customer.confirms(person(wallet, 'Mei').pin)
  await expect(customer.cashier.getByRole('heading', { name: 'Paid' })).toBeVisible()
  await expect(customer.shop.getByText('Result: 9000')).toBeVisible({ timeout: 15_000 })

  // No call of a merchant's server was needed (4 and 7); the rest is as always. The coffee shop's server, which is told (18),
  // knows of no lamp.
  const steps = [5, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17]
  const entries = await timelineWith(wallet, await customer.tradeNo(), (all) =>
    steps.every((step) => all.some((entry) => entry.step === step)),
  )
  expect(entries.filter(({ ok, step }) => !ok && step !== 18)).toEqual([])
  expect(entries.filter(({ step }) => step === 4 || step === 7)).toEqual([])
  expect(entries.filter(({ step }) => step === 15)).toHaveLength(1)

  await customer.shop.getByText('Pay now').click()
  await expect(customer.cashier.getByText('already paid', { exact: false })).toBeVisible()
})

test('an order string that was changed opens no cashier, and the mini program hears why', async ({
  customer,
  wallet,
}) => {
  const orderStr = orderString(wallet.world.apps[0]!, { totalAmount: '18.80', subject: 'A lamp' })
  await opensWith(customer, orderStr.replace('18.80', '00.80'))
  await customer.shop.getByText('Pay now').click()
  await expect(customer.shop.getByText(/^Refused: 2 tradePay: The key is right and the string is not/)).toBeVisible()
  await expect(customer.cashier).toBeHidden()
})

/** What a merchant's server hands to its mini program. */
function orderString({ appId, privateKey, walletPublicKey }: SandboxApp, content: object): string {
  const sdk = new AlipaySdk({ appId, privateKey, keyType: 'PKCS8', alipayPublicKey: walletPublicKey })
  return sdk.sdkExecute('alipay.trade.app.pay', { bizContent: { outTradeNo: `string_${Date.now()}`, ...content } })
}

/** Opens, in the place of the coffee shop, a mini program with a button that pays this string. */
async function opensWith(customer: Customer, orderStr: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tradepay-order-string-'))
  await mkdir(join(folder, 'pages/pay'), { recursive: true })
  const files = {
    'app.json': '{ "pages": ["pages/pay/pay"], "window": { "defaultTitle": "Lamps" } }',
    'app.js': 'App({})',
    'pages/pay/pay.axml': '<button onTap="pay">Pay now</button><text>{{said}}</text>',
    'pages/pay/pay.js': `Page({
      data: { said: '' },
      pay() {
        my.tradePay({
          orderStr: ${JSON.stringify(orderStr)},
          success: ({ resultCode }) => this.setData({ said: 'Result: ' + resultCode }),
          fail: ({ error, errorMessage }) => this.setData({ said: 'Refused: ' + error + ' ' + errorMessage }),
        })
      },
    })`,
  }
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
  const { bytes } = await pack(folder)
  await rm(folder, { recursive: true })
  const { page } = customer
  await page.route('**/packages/*.json', (route) =>
    route.fulfill({ contentType: 'application/json', body: Buffer.from(bytes) }),
  )
  await customer.signInAs('Mei')
  await page.getByText('Coffee Shop').first().click()
  await expect(customer.shop.getByText('Pay now')).toBeVisible()
}
