/**
 * "Use TradeNO to pay", from top to bottom: a user orders a coffee in the mini program and pays it in the wallet, with
 * the real servers in a real browser. Every one of the 19 steps must stand in the order's timeline.
 */
import { flowSteps, type TimelineEntry } from '@tradepay/contract'
import { expect, person, test, timelineWith } from './support/fixtures.ts'

const allSteps = flowSteps.map(({ step }) => step)

test('a user pays for a coffee: all 19 steps happen, money moves once, and everybody is told', async ({
  customer,
  wallet,
}) => {
  const { pin } = person(wallet, 'Mei')
  const { page } = customer
  await customer.signInAs('Mei')
  const before = await balance(page)

  await customer.openCoffeeShop()
  await customer.puts('Espresso', 2)
  await customer.checksOut()
  await customer.pressesPay() // step 1

  await expect(customer.cashier.getByText('Pay to')).toBeVisible() // step 12
  await expect(customer.cashier.getByText('Coffee Shop').first()).toBeVisible()
  await customer.confirms(pin) // step 13
  await expect(customer.cashier.getByRole('heading', { name: 'Paid' })).toBeVisible()
  // The result page returns by itself; then the shop shows what its own server knows.
  await expect(customer.cashier).toBeHidden({ timeout: 15_000 })
  await expect(customer.shop.getByText('Back to the menu')).toBeVisible()
  await expect(customer.shop.getByText(/^Paid$/).first()).toBeVisible() // step 19

  const tradeNo = await customer.tradeNo()
  const entries = await timelineWith(wallet, tradeNo, (all) =>
    allSteps.every((step) => all.some((entry) => entry.step === step)),
  )
  for (const step of allSteps) {
    const own = entries.filter((entry) => entry.step === step)
    expect(own.length, `step ${step}`).toBeGreaterThan(0)
    expect(
      own.every((entry) => entry.ok),
      `step ${step} went well`,
    ).toBe(true)
  }

  const last = (step: number): TimelineEntry => entries.filter((entry) => entry.step === step).at(-1)!
  const at = (step: number): number => Date.parse(last(step).at)

  // The shop asked, signed; the wallet verified, and signed its answer.
  expect(last(4).message?.startLine).toBe('POST /v1/payments/pay')
  expect(last(4).signature).toMatchObject({ signedBy: 'MERCHANT', verified: true })
  expect(last(4).signature?.stringToSign).toContain(last(4).message!.body)
  expect(last(6).facts?.['tradeNo'] ?? last(6).note).toContain(tradeNo)
  expect(last(7).message?.body).toContain(tradeNo)
  expect(last(7).signature).toMatchObject({ signedBy: 'WALLET' })
  // The number came back to the mini program, which handed it to the wallet.
  expect(last(8).message?.body).toContain(tradeNo)
  expect(last(2).facts?.['requestId']).toBe(last(8).facts?.['requestId'])
  // The PIN was sent, and is nowhere in the record.
  // As a number of its own: in a long one, of which a part is the time, its digits may stand by chance.
  expect(JSON.stringify(entries)).not.toMatch(new RegExp(`\\b${pin}\\b`))
  expect(last(17).facts?.['resultCode']).toBe('9000')
  expect(last(18).facts?.['accepted']).toBe('true')

  // In the order of the figure; what the browser saw is timed by its own clock, so neighbours may be close.
  for (const [earlier, later] of [
    [2, 4],
    [4, 7],
    [7, 8],
    [10, 11],
    [11, 14],
    [14, 15],
    [15, 16],
  ] as const) {
    expect(at(earlier), `step ${earlier} before ${later}`).toBeLessThanOrEqual(at(later))
  }

  // Money moved once.
  await page.goto('/wallet')
  await expect(page.getByText('Coffee Shop').first()).toBeVisible()
  expect(before - (await balance(page))).toBe(2n * (await priceOfEspresso(wallet.world.shopUrl)))
})

test('the flow page draws the payment, and shows the bytes and the signature of each step', async ({
  customer,
  wallet,
}) => {
  await customer.signInAs('Mei')
  await customer.ordersACoffee()
  await customer.confirms(person(wallet, 'Mei').pin)
  await expect(customer.cashier).toBeHidden({ timeout: 15_000 })
  const tradeNo = await customer.tradeNo()
  await timelineWith(wallet, tradeNo, (all) => allSteps.every((step) => all.some((entry) => entry.step === step)))

  const { page } = customer
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`/flow/${tradeNo}`)
  await expect(page.getByText('19 of 19 steps')).toBeVisible()
  await page.getByRole('button', { name: /^Step 4:/ }).click()
  const details = page.getByRole('region', { name: 'Step 4' })
  await expect(details.getByText('POST /v1/payments/pay', { exact: false }).first()).toBeVisible()
  await expect(details.getByText('verified', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: /^Step 18:/ }).click()
  await expect(page.getByRole('region', { name: 'Step 18' }).getByText('signed by the wallet')).toBeVisible()
})

async function balance(page: import('@playwright/test').Page): Promise<bigint> {
  const answer = await page.request.get('/wallet/v1/balance')
  const { balances } = (await answer.json()) as { balances: { available: { currency: string; value: string } }[] }
  return BigInt(balances.find(({ available }) => available.currency === 'CNY')!.available.value)
}

async function priceOfEspresso(shopUrl: string): Promise<bigint> {
  const menu = JSON.stringify(await (await fetch(`${shopUrl}/api/menu`)).json())
  const price = /"name":"Espresso"[^}]*?"price[A-Za-z]*":(\d+)/.exec(menu)?.[1]
  if (price === undefined) throw new Error(`The menu has no price of an espresso: ${menu.slice(0, 300)}`)
  return BigInt(price)
}
