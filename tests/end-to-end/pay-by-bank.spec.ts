/**
 * Paying from a bank account that does not answer at once, as a customer meets it: the cashier says that it is under way,
 * the mini program gets 8000, and when the bank has answered the shop shows it by itself.
 */
import { bankControlPaths, sandboxPaths, type TestBankVerifyAnswer, type TimelineEntry } from '@tradepay/contract'
import { expect, person, sandbox, test, timelineWith } from './support/fixtures.ts'

const outcomes = (entries: TimelineEntry[]): string[] =>
  entries.flatMap(({ step, facts }) => (step === 15 ? (facts?.['outcome'] ?? []) : []))
const resultCode = (entries: TimelineEntry[]): string | undefined =>
  entries.filter((entry) => entry.step === 17).at(-1)?.facts?.['resultCode']

test('a payment that the bank answers later is under way for everybody, then paid, once', async ({
  customer,
  wallet,
}) => {
  const { page, cashier, shop } = customer
  await customer.signInAs('Mei')
  await customer.ordersACoffee()
  await cashier.getByRole('radio', { name: /answers after 20 seconds/ }).check()
  await customer.confirms(person(wallet, 'Mei').pin)
  await expect(cashier.getByRole('heading', { name: 'Being processed' })).toBeVisible()
  await cashier.getByRole('button', { name: 'Close' }).first().click()
  await expect(cashier).toBeHidden()

  const tradeNo = await customer.tradeNo()
  const left = await timelineWith(wallet, tradeNo, (entries) => resultCode(entries) !== undefined)
  expect(resultCode(left)).toBe('8000')
  expect(outcomes(left)).not.toContain('PAID')
  await expect(shop.getByText('Payment in progress')).toBeVisible()

  await sandbox(wallet, sandboxPaths.clock, { advanceSeconds: 20 })
  await expect(shop.getByText('Thank you')).toBeVisible({ timeout: 20_000 })
  const entries = await timelineWith(wallet, tradeNo, (all) => all.some(({ step, ok }) => step === 18 && ok))
  expect(outcomes(entries).filter((outcome) => outcome === 'PAID')).toHaveLength(1)
  expect(entries.filter(({ step, facts }) => step === 15 && facts?.['question'] === 'ASK')).toHaveLength(1)
  const books = await fetch(wallet.world.bankUrl + bankControlPaths.verify)
  expect((await books.json()) as TestBankVerifyAnswer).toEqual({ violations: [] })

  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`/flow/${tradeNo}`)
  await page.getByRole('button', { name: /^Step 15:.*Done\.$/ }).click()
  await expect(page.getByRole('region', { name: 'Step 15' })).toBeVisible()
})

test('a customer whose balance is too low pays from the bank', async ({ customer, wallet }) => {
  await customer.signInAs('Sam')
  await customer.ordersACoffee()
  await expect(customer.cashier.getByRole('radio', { name: /^Balance/ })).toBeDisabled()
  await customer.confirms(person(wallet, 'Sam').pin)
  await expect(customer.cashier).toBeHidden({ timeout: 20_000 })
  await expect(customer.shop.getByText('Thank you')).toBeVisible()
})
