/**
 * The screens where a bank is asked for money, in a real browser: adding money, choosing how to pay, waiting, refused, late.
 * Shown, free of barriers (axe) in light and dark, usable by keyboard alone.
 */
import { cashierPaths, walletPaths } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import { answers, isLost, ORIGIN, refuses, type Fate, type FakeWallet } from './support/fake-wallet.ts'
import * as sample from './support/samples.ts'
import {
  cashier,
  enterPin,
  heading,
  LINK,
  looksGood,
  open,
  page,
  PIN,
  typeWithThePad,
  useBrowser,
} from './support/screens.ts'

useBrowser()

describe('adding money', () => {
  const told = (state: string, failure: string | null = null): Fate =>
    answers({ topUpId: 't', state, amount: { currency: 'CNY', value: '5000' }, failure })
  const sent = (wallet: FakeWallet): unknown[] =>
    wallet.calls.filter(({ call }) => call === `POST ${walletPaths.topUps}`).map(({ body }) => body)

  async function openForm(...fates: Fate[]): Promise<FakeWallet> {
    const wallet = await open(`${ORIGIN}/wallet`, { [walletPaths.topUps]: fates })
    await page.getByRole('button', { name: 'Add money' }).click()
    await page.getByLabel(/^Amount/).waitFor()
    return wallet
  }
  /** By keyboard alone: the amount has the focus, Enter goes on, six digits send. */
  async function send(): Promise<void> {
    await page.keyboard.type('50')
    await page.keyboard.press('Enter')
    await heading('Enter your PIN').waitFor()
    await page.keyboard.type(PIN)
  }

  it('asks how much and from where, and says what is no amount', async () => {
    const wallet = await openForm(told('PROCESSING'))
    await looksGood('add-money', wallet)
    await page.keyboard.type('12,5')
    await page.keyboard.press('Enter')
    await page.getByText('Enter an amount above zero, such as 50.00.').waitFor()
    await page.getByLabel('Test Bank · answers at once').check()
    await page.getByLabel('Amount (JPY)').waitFor()
    await looksGood('add-money-wrong', wallet)
    expect(sent(wallet)).toEqual([])
  })

  it('sends the amount once, says that the bank has been asked, and finds it added', async () => {
    const wallet = await openForm(told('PROCESSING'))
    wallet.fates[`${walletPaths.topUps}/*`] = [told('PROCESSING')]
    await page.keyboard.type('50')
    await page.keyboard.press('Enter')
    await heading('Enter your PIN').waitFor()
    await looksGood('add-money-pin', wallet)
    await page.keyboard.type(PIN)
    await heading('Being processed').waitFor()
    await looksGood('add-money-processing', wallet)
    wallet.fates[`${walletPaths.topUps}/*`] = [told('SUCCEEDED')]
    await heading('Money added').waitFor()
    await looksGood('add-money-added', wallet)
    expect(sent(wallet)).toMatchObject([{ amount: { currency: 'CNY', value: '5000' }, pin: PIN }])
    // Back on the page, what there is has been read again.
    const reads = (): number => wallet.calls.filter(({ call }) => call === `GET ${walletPaths.balance}`).length
    const before = reads()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(reads).toBe(before + 1)
  })

  it('says why the bank refused, and goes back to what was entered', async () => {
    const wallet = await openForm(told('FAILED', 'BALANCE_NOT_ENOUGH'))
    await send()
    await page.getByText('There is not enough money in this account.').waitFor()
    await looksGood('add-money-failed', wallet)
    await page.getByRole('button', { name: 'Change and try again' }).click()
    expect(await page.getByLabel(/^Amount/).inputValue()).toBe('50.00')
  })

  it('shows a wrong PIN with the tries left, and sends the next under the same number', async () => {
    const wallet = await openForm(refuses('PIN_WRONG', { triesLeft: 4 }), told('SUCCEEDED'))
    await send()
    await page.getByText('Wrong PIN. 4 tries left.').waitFor()
    await page.keyboard.type(PIN)
    await heading('Money added').waitFor()
    const numbers = sent(wallet).map((body) => (body as { topUpId: string }).topUpId)
    expect(numbers).toHaveLength(2)
    expect(new Set(numbers).size).toBe(1)
  })

  it('has the amount under the fingers as soon as it is there, and loses no digit of the PIN', async () => {
    const wallet = await open(`${ORIGIN}/wallet`, { [walletPaths.topUps]: [told('SUCCEEDED')] })
    await page.getByRole('button', { name: 'Add money' }).waitFor()
    await typeWithThePad(PIN)
    await page.evaluate(() => {
      new MutationObserver((_, watch) => {
        if (!document.querySelector('.add-money-form')) return
        watch.disconnect()
        document.execCommand('insertText', false, '50')
      }).observe(document, { childList: true, subtree: true })
    })
    await page.getByRole('button', { name: 'Add money' }).click()
    await page.keyboard.press('Enter')
    await heading('Money added').waitFor()
    expect(sent(wallet)).toMatchObject([{ amount: { currency: 'CNY', value: '5000' }, pin: PIN }])
  })

  it('says what was refused', async () => {
    const wallet = await openForm(refuses('PIN_LOCKED', { lockedUntil: '2026-11-22T10:30:00.000Z' }))
    await send()
    await page.getByText('Too many wrong tries.').waitFor()
    await looksGood('add-money-refused', wallet)
  })

  it('looks a lost answer up, and never sends by itself', async () => {
    const wallet = await openForm(isLost)
    wallet.fates[`${walletPaths.topUps}/*`] = [refuses('TOP_UP_NOT_FOUND')]
    await page.clock.install()
    await send()
    await heading('Not known yet').waitFor()
    await looksGood('add-money-checking', wallet)
    await expect
      .poll(async () => {
        await page.clock.fastForward(5_000)
        return await heading('Not sent yet').count()
      })
      .toBe(1)
    await looksGood('add-money-not-received', wallet)
    expect(sent(wallet)).toHaveLength(1)
  })
})

describe('the cashier, where a bank pays', () => {
  const opens = (...fates: Fate[]): Record<string, Fate[]> => ({ [cashierPaths.open]: fates })
  const confirms = (...fates: Fate[]): Record<string, Fate[]> => ({ [cashierPaths.confirm]: fates })
  const shown = {
    methods: [opens(answers(sample.withBanks())), 'Test Bank · answers after 10 s'],
    'methods-poor': [opens(answers(sample.poorWithBank())), 'Test Bank · answers after 10 s'],
    'processing-by-another': [
      opens(answers(sample.withBanks({ order: sample.processingByAnother() }))),
      'Being paid by somebody else',
    ],
    'late-asked': [opens(answers(sample.opened({ order: sample.late(null) }))), 'the order closed before it answered'],
    'late-returning': [opens(answers(sample.opened({ order: sample.late('RETURNING') }))), 'is on its way back to'],
    'late-returned': [opens(answers(sample.opened({ order: sample.late('RETURNED') }))), 'went back to'],
    'late-to-balance': [
      opens(answers(sample.opened({ order: sample.late('RETURNED_TO_BALANCE') }))),
      'is in your balance',
    ],
    limit: [{ ...confirms(refuses('DAY_LIMIT_EXCEEDED')) }, 'DAY_LIMIT_EXCEEDED'],
  } as const

  it.each(Object.entries(shown))('shows %s', async (name, [fates, text]) => {
    const wallet = await open(LINK, fates as Record<string, Fate[]>)
    if (cashierPaths.confirm in fates) await enterPin()
    await cashier().getByText(text).first().waitFor()
    await looksGood(`cashier-${name}`, wallet)
  })

  const asked = answers({ outcome: 'PROCESSING', paymentId: '1', amount: sample.order().amount, paidAt: null })
  const inquiries = (order: ReturnType<typeof sample.order>): Record<string, Fate[]> => ({
    [cashierPaths.inquire]: [answers({ order, now: sample.NOW })],
  })
  const resultReported = (wallet: FakeWallet): string => JSON.stringify(wallet.calls.map(({ body }) => body))

  it('lets the user choose how to pay by keyboard, and pays so', async () => {
    const wallet = await open(LINK, {
      ...opens(answers(sample.withBanks())),
      ...confirms(asked),
      ...inquiries(sample.processingByYou()),
    })
    const ways = cashier().getByRole('radio')
    await ways.first().waitFor()
    expect(await cashier().getByRole('group', { name: 'Pay with' }).count()).toBe(1)
    expect(await ways.first().isChecked()).toBe(true)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('ArrowDown')
    expect(await ways.nth(1).isChecked()).toBe(true)
    await looksGood('cashier-methods-chosen', wallet)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await heading('Enter your PIN').waitFor()
    await page.getByText('from Test Bank · answers after 10 s').waitFor()
    await looksGood('cashier-pin-bank', wallet)
    await page.keyboard.type(PIN)
    await heading('Being processed').waitFor()
    await looksGood('cashier-processing', wallet)
    expect(wallet.calls.filter(({ call }) => call.endsWith(cashierPaths.confirm))).toMatchObject([
      { body: { methodId: sample.BANK.id } },
    ])
  })

  it.each([
    [390, 844],
    [320, 568],
    [1280, 800],
  ])('shows what is paid and the button to pay, however many ways there are (%i × %i)', async (width, height) => {
    await page.setViewportSize({ width, height })
    const wallet = await open(LINK, opens(answers(sample.withManyBanks())))
    await page.getByRole('button', { name: /^Pay / }).waitFor()
    await looksGood(`cashier-many-methods-${width}`, wallet)
    const inSight = await page.evaluate(() => {
      const sheet = document.querySelector('.cashier-sheet')!.getBoundingClientRect()
      return ['.bill-payee', '.bill-amount', '.actions .button'].map((part) => {
        const { top, bottom } = document.querySelector(`.cashier-sheet ${part}`)!.getBoundingClientRect()
        return top >= sheet.top && bottom <= sheet.bottom
      })
    })
    expect(inSight).toEqual([true, true, true])
    // The last one is reached by keyboard, and then it is in sight.
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('ArrowUp')
    const last = cashier().getByRole('radio').last()
    expect(await last.isChecked()).toBe(true)
    expect(await last.evaluate((it) => it.matches(':focus'))).toBe(true)
    const inList = await last.evaluate((it) => {
      const list = it.closest('.choices-list')!.getBoundingClientRect()
      const { top, bottom } = it.getBoundingClientRect()
      return top >= list.top && bottom <= list.bottom
    })
    expect(inList).toBe(true)
  })

  it('says that the bank has been asked, and shows by itself that it is paid', async () => {
    const wallet = await open(LINK, {
      ...opens(answers(sample.poorWithBank())),
      ...confirms(asked),
      ...inquiries(sample.processingByYou()),
    })
    await enterPin()
    await heading('Being processed').waitFor()
    await page.getByText('You may close this').waitFor()
    Object.assign(wallet.fates, inquiries(sample.paidByYou()))
    await heading('Paid').waitFor()
    await page.getByText('Returns in 3 seconds').waitFor()
    await looksGood('cashier-paid-by-bank', wallet)
    await cashier().waitFor({ state: 'detached' })
    await expect.poll(() => resultReported(wallet)).toContain('9000')
  })

  it('is left with 8000 while the bank is silent', async () => {
    const wallet = await open(LINK, opens(answers(sample.withBanks({ order: sample.processingByYou() }))))
    await heading('Being processed').waitFor()
    await page.keyboard.press('Enter')
    await cashier().waitFor({ state: 'detached' })
    await expect.poll(() => resultReported(wallet)).toContain('8000')
  })

  it('says that the bank refused, takes another way to pay, and leaving then is a failure', async () => {
    const declined = sample.declinedByBank()
    const wallet = await open(LINK, {
      ...opens(answers(sample.poorWithBank()), answers(sample.withBanks({ order: declined }))),
      ...confirms(asked),
      ...inquiries(declined),
    })
    await enterPin()
    await heading('The payment failed').waitFor()
    await looksGood('cashier-declined', wallet)
    await page.getByRole('button', { name: 'Choose how to pay' }).click()
    await cashier().getByRole('radio').first().waitFor()
    await page.keyboard.press('Escape')
    await cashier().waitFor({ state: 'detached' })
    await expect.poll(() => resultReported(wallet)).toContain('4000')
  })

  it('offers the order again when the payment of another has failed', async () => {
    const wallet = await open(LINK, {
      ...opens(answers(sample.opened({ order: sample.processingByAnother() })), answers(sample.opened())),
      ...inquiries(sample.order()),
    })
    await heading('Being paid by somebody else').waitFor()
    await page.getByRole('button', { name: /^Pay / }).waitFor()
    expect(wallet.complaints).toEqual([])
  })
})
