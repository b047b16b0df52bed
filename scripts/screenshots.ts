/**
 * `npm run screenshots -- [--out FOLDER]`: every screen of the wallet app, the coffee shop and the flow page, at phone
 * and desktop size, light and dark, for people to look at. The picture of the README is one of them.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test'
import { sandboxPaths } from '@tradepay/contract'
import { Customer } from '../tests/end-to-end/support/customer.ts'
import { startWallet, type RunningWallet } from '../tests/support/running-wallet.ts'
import { ensureChromium } from './chromium.ts'

const { values } = parseArgs({ options: { out: { type: 'string', default: 'test-results/screenshots' } } })
await mkdir(values.out, { recursive: true })

const phone = { width: 390, height: 844 }
const desk = { width: 1280, height: 900 }

const wallet = await startWallet()
const browser = await chromium.launch({ executablePath: ensureChromium(), args: ['--no-sandbox', '--disable-gpu'] })
try {
  for (const scheme of ['light', 'dark'] as const) {
    await tour(browser, wallet, scheme, 'phone')
    await tour(browser, wallet, scheme, 'desk')
  }
} finally {
  await browser.close()
  await wallet.dispose()
}

async function tour(
  browser_: Browser,
  wallet_: RunningWallet,
  scheme: 'light' | 'dark',
  size: 'phone' | 'desk',
): Promise<void> {
  await door(wallet_, sandboxPaths.reset)
  const context = await browser_.newContext({
    viewport: size === 'phone' ? phone : desk,
    colorScheme: scheme,
    locale: 'en-US',
    deviceScaleFactor: size === 'phone' ? 2 : 1,
    baseURL: wallet_.world.walletUrl,
  })
  const page = await context.newPage()
  const customer = new Customer(page, wallet_)
  const shoot = async (name: string): Promise<void> => {
    // Let transitions and image decoding come to rest before the picture.
    await page.waitForTimeout(450)
    await page.screenshot({ path: join(values.out, `${size}-${scheme}-${name}.png`) })
    process.stdout.write(`${size}-${scheme}-${name}\n`)
  }
  const pinOf = (name: string): string => wallet_.world.users.find((user) => user.name === name)!.pin

  await page.goto('/sign-in')
  await page.getByText('Mei').first().waitFor()
  await shoot('01-sign-in')
  await customer.signInAs('Mei')
  await shoot('02-home')
  await customer.openCoffeeShop()
  await shoot('03-shop-menu')
  await customer.puts('Espresso', 2)
  await shoot('04-shop-bag')
  if (size === 'desk') return void (await deskOnly(context, page, customer, shoot, pinOf('Mei')))

  await customer.checksOut()
  await shoot('05-shop-checkout')
  await customer.pressesPay()
  await customer.cashier.getByText('Pay to').waitFor()
  await shoot('06-cashier')
  await customer.cashier.getByRole('button', { name: /^Pay / }).click()
  await shoot('07-cashier-pin')
  await customer.enters('999999')
  await customer.cashier.getByText('Wrong PIN').waitFor()
  await shoot('08-cashier-wrong-pin')
  // An answer that is on its way, for the picture of waiting.
  await page.route('**/cashier/v1/confirm', async (route) => {
    await page.waitForTimeout(1500)
    await route.continue()
  })
  await customer.enters(pinOf('Mei'))
  await customer.cashier.getByText('Paying').waitFor()
  await shoot('09-cashier-paying')
  await customer.cashier.getByRole('heading', { name: 'Paid' }).waitFor()
  await shoot('10-cashier-paid')
  await page.unroute('**/cashier/v1/confirm')
  await customer.cashier.waitFor({ state: 'hidden' })
  await customer.shop.getByText('Thank you').waitFor()
  await shoot('11-shop-result')
  const tradeNo = await customer.tradeNo()
  await customer.shop.getByText('My orders').click()
  await shoot('12-shop-orders')

  await page.goto(`/cashier?tradeNo=${tradeNo}`)
  await customer.cashier.getByText('Already paid').waitFor()
  await shoot('13-cashier-already-paid')
  await page.goto('/wallet')
  await page.getByText('Movements').waitFor()
  await shoot('14-wallet')
  await page.locator('button.movement').first().click()
  await shoot('15-wallet-movement')
  await page.goto(`/flow/${tradeNo}`)
  await page.getByText('of 19 steps').waitFor()
  await shoot('16-flow')
  await page.getByRole('button', { name: /^Step 4:/ }).click()
  await shoot('17-flow-step')

  await page.goto('/')
  await customer.ordersACoffee()
  await customer.leavesTheCashier()
  await customer.shop.getByText('Not paid yet').waitFor()
  await shoot('18-shop-not-paid')
  await page.route('**/cashier/v1/open', (route) => route.abort('internetdisconnected'))
  await page.goto(`/cashier?tradeNo=${await customer.tradeNo()}`)
  await customer.cashier.getByText('No connection').waitFor()
  await shoot('19-cashier-offline')
  await page.unroute('**/cashier/v1/open')
  await page.route('**/cashier/v1/{confirm,inquire}', (route) => route.abort('connectionreset'))
  await customer.cashier.getByRole('button', { name: 'Try again' }).click()
  await customer.confirms(pinOf('Mei'))
  await customer.cashier.getByText('Checking your payment').waitFor()
  await shoot('20-cashier-unknown-checking')
  await page.unroute('**/cashier/v1/{confirm,inquire}')

  await customer.signInAs('Sam')
  await customer.ordersACoffee()
  await customer.cashier.getByText('Not enough balance').waitFor()
  await shoot('21-cashier-not-enough')
  await customer.leavesTheCashier()
  await customer.signInAs('Ana')
  await shoot('22-home-frozen')
  await customer.ordersACoffee()
  await customer.cashier.getByText(/account is frozen/).waitFor()
  await shoot('23-cashier-frozen')

  await customer.signInAs('Mei')
  await customer.ordersACoffee()
  await customer.confirms('000000')
  for (const left of [/4 tries left/, /3 tries left/, /2 tries left/, /1 try left/]) {
    await customer.cashier.getByText(left).waitFor()
    await customer.enters('000000')
  }
  await customer.cashier.getByText('PIN locked').waitFor()
  await shoot('24-cashier-locked')
  await customer.leavesTheCashier()

  const late = await customer.tradeNo()
  await door(wallet_, sandboxPaths.clock, { advanceSeconds: 16 * 60 })
  await page.goto(`/cashier?tradeNo=${late}`)
  await customer.cashier.getByText('The time to pay is over').waitFor()
  await shoot('25-cashier-expired')
  await context.close()
}

/** On a desk the app is the same column; the flow page is another. */
async function deskOnly(
  context: BrowserContext,
  page: Page,
  customer: Customer,
  shoot: (name: string) => Promise<void>,
  pin: string,
): Promise<void> {
  await customer.checksOut()
  await customer.pressesPay()
  await customer.cashier.getByText('Pay to').waitFor()
  await shoot('06-cashier')
  await customer.confirms(pin)
  await customer.cashier.waitFor({ state: 'hidden', timeout: 20_000 })
  await customer.shop.getByText('Thank you').waitFor()
  await shoot('11-shop-result')
  await page.goto('/wallet')
  await page.getByText('Movements').waitFor()
  await shoot('14-wallet')
  await page.goto(`/flow/${await customer.tradeNo()}`)
  await page.getByText('19 of 19 steps').waitFor()
  await page.getByRole('button', { name: /^Step 4:/ }).click()
  await shoot('16-flow')
  await context.close()
}

async function door(wallet_: RunningWallet, path: string, body: unknown = {}): Promise<void> {
  const answer = await fetch(wallet_.world.walletUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
}
