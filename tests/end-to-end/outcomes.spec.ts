/**
 * Every way a visit to the cashier can end, as a customer meets it: what the cashier says, which resultCode the mini
 * program gets, what its own server then shows, and whether money moved.
 */
import { sandboxPaths, type TimelineEntry } from '@tradepay/contract'
import { money, TradePayClient } from '@tradepay/merchant-sdk'
import type { RunningWallet } from '../support/running-wallet.ts'
import { expect, person, sandbox, test, timelineWith } from './support/fixtures.ts'

const resultCode = (entries: TimelineEntry[]): string | undefined =>
  entries.filter((entry) => entry.step === 17).at(-1)?.facts?.['resultCode']
const handedBack = (entries: TimelineEntry[]): boolean => resultCode(entries) !== undefined
const paid = (entry: TimelineEntry): boolean => entry.step === 15 && entry.facts?.['outcome'] === 'PAID'
const moneyMoved = (entries: TimelineEntry[]): boolean => entries.some(paid)
/** The integration app, as its own server would call. */
const merchantOf = ({ world }: RunningWallet) => {
  const { clientId, privateKey, walletPublicKey } = world.apps.at(-1)!
  return { clientId, privateKey, walletPublicKey, baseUrl: world.walletUrl }
}

test('a user who leaves the cashier pays nothing, gets 6001, and can pay the same order later', async ({
  customer,
  wallet,
}) => {
  await customer.signInAs('Mei')
  await customer.ordersACoffee()
  const tradeNo = await customer.tradeNo()
  await customer.leavesTheCashier()
  const left = await timelineWith(wallet, tradeNo, handedBack)
  expect(resultCode(left)).toBe('6001')
  expect(moneyMoved(left)).toBe(false)
  await expect(customer.shop.getByText('Not paid yet')).toBeVisible()

  await customer.shop.getByText('Pay again').click()
  await customer.confirms(person(wallet, 'Mei').pin)
  await expect(customer.cashier).toBeHidden({ timeout: 15_000 })
  await expect(customer.shop.getByText('Thank you')).toBeVisible()
  expect(await customer.tradeNo(), 'the same order').toBe(tradeNo)
})

test('a user without enough money anywhere is told how much is missing, and nothing moves', async ({
  customer,
  wallet,
}) => {
  const { baseUrl, ...keys } = merchantOf(wallet)
  // Mei has dollars, but fewer than that, and no bank account with dollars.
  const { tradeNo } = await new TradePayClient({ ...keys, baseUrl }).createOrder({
    orderNo: 'too-much',
    title: 'A house',
    amount: money('USD', 90_000_000n),
    orderCreatedAt: new Date(),
  })
  await customer.signInAs('Mei')
  await customer.page.goto(`/cashier?tradeNo=${tradeNo}`)
  await expect(customer.cashier.getByText('Not enough balance')).toBeVisible()
  await expect(customer.cashier.getByText(/is missing/)).toBeVisible()
  await expect(customer.cashier.getByRole('button', { name: /^Pay \$/ })).toHaveCount(0)
  await customer.leavesTheCashier()
  expect(moneyMoved(await timelineWith(wallet, tradeNo, (entries) => entries.some(({ step }) => step === 11)))).toBe(
    false,
  )
})

test('a frozen account cannot pay, and is told so', async ({ customer, wallet }) => {
  await customer.signInAs('Ana')
  await customer.ordersACoffee()
  await expect(customer.cashier.getByText(/account is frozen/)).toBeVisible()
  const tradeNo = await customer.tradeNo()
  await customer.cashier.getByRole('button', { name: 'Done' }).click()
  const entries = await timelineWith(wallet, tradeNo, handedBack)
  expect(resultCode(entries)).toBe('4000')
  expect(moneyMoved(entries)).toBe(false)
})

test('five wrong PINs lock the PIN for half an hour, and then the right one pays', async ({ customer, wallet }) => {
  const { pin } = person(wallet, 'Mei')
  await customer.signInAs('Mei')
  await customer.ordersACoffee()
  await customer.confirms('000000')
  for (const left of [/4 tries left/, /3 tries left/, /2 tries left/, /1 try left/]) {
    await expect(customer.cashier.getByText(left)).toBeVisible()
    await customer.enters('000000')
  }
  await expect(customer.cashier.getByText('PIN locked')).toBeVisible()
  const tradeNo = await customer.tradeNo()
  await customer.leavesTheCashier()
  expect(moneyMoved(await timelineWith(wallet, tradeNo, handedBack))).toBe(false)

  // The lock outlives this order, whose time is over by then: a new one is paid.
  await sandbox(wallet, sandboxPaths.clock, { advanceSeconds: 30 * 60 + 1 })
  await customer.page.goto('/')
  await customer.ordersACoffee()
  await customer.confirms(pin)
  await expect(customer.cashier.getByRole('heading', { name: 'Paid' })).toBeVisible()
})

test('an order whose time is over cannot be paid, and the shop shows it', async ({ customer, wallet }) => {
  await customer.signInAs('Mei')
  await customer.ordersACoffee()
  const tradeNo = await customer.tradeNo()
  await sandbox(wallet, sandboxPaths.clock, { advanceSeconds: 15 * 60 + 1 })
  await customer.confirms(person(wallet, 'Mei').pin)
  await expect(customer.cashier.getByText('The time to pay is over')).toBeVisible()
  await customer.cashier.getByRole('button', { name: 'Done' }).click()
  const entries = await timelineWith(wallet, tradeNo, handedBack)
  expect(resultCode(entries)).toBe('4000')
  expect(moneyMoved(entries)).toBe(false)
  await expect(customer.shop.getByText('Time is up')).toBeVisible()
})

test('an answer that is lost on the way is looked up, never shown as failed, and money moves once', async ({
  customer,
  wallet,
}) => {
  const { page } = customer
  await customer.signInAs('Mei')
  await customer.ordersACoffee()
  // The confirmation reaches the server; its answer never comes back.
  await page.route('**/cashier/v1/confirm', async (route) => {
    await route.fetch()
    await route.abort('connectionreset')
  })
  await customer.confirms(person(wallet, 'Mei').pin)
  await expect(customer.cashier.getByRole('heading', { name: 'Paid' })).toBeVisible({ timeout: 20_000 })
  await expect(customer.cashier).toBeHidden({ timeout: 15_000 })
  const entries = await timelineWith(wallet, await customer.tradeNo(), handedBack)
  expect(resultCode(entries)).toBe('9000')
  expect(entries.filter(paid)).toHaveLength(1)
})

test('without a connection the cashier says so, and works again when it is back', async ({ customer, wallet }) => {
  const { page } = customer
  await customer.signInAs('Mei')
  await page.route('**/cashier/v1/open', (route) => route.abort('internetdisconnected'))
  await customer.openCoffeeShop()
  await customer.puts('Espresso')
  await customer.checksOut()
  await customer.pressesPay()
  await expect(customer.cashier.getByText('No connection')).toBeVisible()
  await page.unroute('**/cashier/v1/open')
  await customer.cashier.getByRole('button', { name: 'Try again' }).click()
  await customer.confirms(person(wallet, 'Mei').pin)
  await expect(customer.cashier.getByRole('heading', { name: 'Paid' })).toBeVisible()
})
