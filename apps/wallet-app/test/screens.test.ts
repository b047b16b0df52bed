/**
 * Every screen of the wallet app and every state of the cashier, in a real browser: shown, free of barriers (axe),
 * usable by keyboard alone, within its weight. Where a bank pays: screens-bank.test.ts. TRADEPAY_PICTURES=folder keeps a
 * picture of each, light and dark.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { cashierPaths, walletPaths } from '@tradepay/contract'
import { describe, expect, it } from 'vitest'
import {
  answers,
  balance,
  hangs,
  isLost,
  movement,
  movements,
  ORIGIN,
  refuses,
  signedOut,
  type Fate,
  type FakeWallet,
} from './support/fake-wallet.ts'
import * as sample from './support/samples.ts'
import {
  cashier,
  enterPin,
  folder,
  heading,
  LINK,
  looksGood,
  newPage,
  open,
  page,
  pictures,
  PIN,
  typeWithThePad,
  useBrowser,
} from './support/screens.ts'

useBrowser()

describe('pages', () => {
  it('sign-in shows the people of the sandbox and the form', async () => {
    const wallet = await open(ORIGIN, { [walletPaths.session]: [answers(signedOut)] })
    await page.getByRole('button', { name: /^Mei/ }).waitFor()
    await page.getByLabel('Login').waitFor()
    await looksGood('sign-in', wallet)
  })

  it('sign-in says what is wrong, and forgets the PIN', async () => {
    const refusal = refuses('LOGIN_REFUSED')
    const wallet = await open(ORIGIN, { [walletPaths.session]: [answers(signedOut), refusal] })
    await page.getByLabel('Login').fill('mei@example.com')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('Enter the six digits of your PIN.').waitFor()
    await page.getByLabel('PIN, six digits').fill('111111')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('The login or the PIN is wrong.').waitFor()
    expect(await page.getByLabel('PIN, six digits').inputValue()).toBe('')
    await looksGood('sign-in-refused', wallet)
  })

  it('home shows who is signed in, the balance and the mini programs', async () => {
    const wallet = await open(ORIGIN)
    await heading('Hello, Mei').waitFor()
    await page.getByText('CN¥1,000,000.00').waitFor()
    await page.getByRole('link', { name: /Coffee Shop/ }).waitFor()
    await looksGood('home', wallet)
  })

  it('the account shows the mark of the cashier, and another one on demand', async () => {
    const wallet = await open(ORIGIN)
    await page.getByRole('button', { name: 'Account of Mei' }).click()
    const mark = page.locator('.profile-phrase')
    const before = await mark.textContent()
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Choose another' }).click()
        return (await mark.textContent()) !== before
      })
      .toBe(true)
    await looksGood('account', wallet)
  })

  it('the wallet shows balance, movements with how they stand, and all of a movement', async () => {
    const wallet = await open(`${ORIGIN}/wallet`)
    await page.getByText('CN¥12.50 reserved by payments in progress').waitFor()
    await page.getByRole('button', { name: /Roastery.*Processing/ }).waitFor()
    await page.getByRole('button', { name: /Bakery.*Failed/ }).waitFor()
    await page.getByRole('button', { name: /Book Shop.*Refund.*\+/ }).waitFor()
    await looksGood('wallet', wallet)
    await page.getByRole('button', { name: /Cinema.*Going back/ }).click()
    await page.getByText('The money is on its way back to the bank account.').waitFor()
    await looksGood('movement-late', wallet)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /Coffee Shop/ }).click()
    await page.getByRole('link', { name: 'See its 19 steps' }).waitFor()
    await looksGood('movement', wallet)
  })

  it('the wallet offers to add money only where there is a bank account to take it from', async () => {
    const wallet = await open(`${ORIGIN}/wallet`, { [walletPaths.bankAccounts]: [answers({ bankAccounts: [] })] })
    await page.getByRole('button', { name: /Coffee Shop/ }).waitFor()
    expect(await page.getByRole('button', { name: 'Add money' }).count()).toBe(0)
    expect(wallet.complaints).toEqual([])
  })

  describe('while the wallet is open', () => {
    const row = (name: RegExp) => page.getByRole('button', { name })
    const reads = ({ calls }: FakeWallet): number =>
      calls.filter(({ call }) => call === `GET ${walletPaths.movements}`).length
    async function openWallet(fates: Record<string, Fate[]> = {}): Promise<FakeWallet> {
      await page.clock.install()
      const wallet = await open(`${ORIGIN}/wallet`, fates)
      await row(/Roastery.*Processing/).waitFor()
      return wallet
    }
    const comeBack = (visibilityState: string): Promise<void> =>
      page.evaluate((state) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, visibilityState)
    /** The beans are paid, tea was bought, and there is less. */
    function moneyMoves(wallet: FakeWallet): void {
      const [first, , ...others] = movements.movements
      const beans = movement({ id: 'processing', title: 'Beans', counterparty: 'Roastery' })
      const tea = movement({ id: 'tea', title: 'Tea', counterparty: 'Tea House' })
      const available = { currency: 'CNY', value: '99990000' }
      wallet.fates[walletPaths.movements] = [answers({ ...movements, movements: [tea, first, beans, ...others] })]
      wallet.fates[walletPaths.balance] = [answers({ balances: [{ ...balance.balances[0]!, available }] })]
    }

    it('money that moves is shown within seconds, and nothing twice', async () => {
      const wallet = await openWallet()
      moneyMoves(wallet)
      await page.clock.fastForward(5_000)
      await row(/Tea House/).waitFor()
      await page.getByText('CN¥999,900.00').waitFor()
      await row(/Roastery.*Processing/).waitFor({ state: 'detached' })
      expect(await row(/Roastery/).count()).toBe(1)
      expect(await row(/Coffee Shop/).count()).toBe(1)
      expect(wallet.complaints).toEqual([])
    })

    it('older movements that were called up stay below the newer ones', async () => {
      const older = movement({ id: 'older', title: 'Bread', counterparty: 'Old Mill', at: '2026-10-01T08:00:00.000Z' })
      const pages = [answers({ ...movements, next: 'older' }), answers({ movements: [older], next: null })]
      const wallet = await openWallet({ [walletPaths.movements]: pages })
      await page.getByRole('button', { name: 'Show earlier ones' }).click()
      await row(/Old Mill/).waitFor()
      moneyMoves(wallet)
      await page.clock.fastForward(5_000)
      await row(/Tea House/).waitFor()
      expect(await row(/Old Mill/).count()).toBe(1)
      expect(await page.getByRole('button', { name: 'Show earlier ones' }).count()).toBe(0)
    })

    it('it stays as it was while the wallet cannot be reached, and catches up', async () => {
      const wallet = await openWallet()
      wallet.fates[walletPaths.movements] = [isLost]
      wallet.fates[walletPaths.balance] = [isLost]
      const before = reads(wallet)
      await page.clock.fastForward(5_000)
      await expect.poll(() => reads(wallet)).toBeGreaterThan(before)
      await row(/Roastery.*Processing/).waitFor()
      await page.getByText('CN¥1,000,000.00').waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
      moneyMoves(wallet)
      await page.clock.fastForward(5_000)
      await row(/Tea House/).waitFor()
    })

    it('nothing is asked while it is out of sight, and at once when it comes back', async () => {
      const wallet = await openWallet()
      await comeBack('hidden')
      // From here on the page's time goes by only where the test lets it.
      await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000)
      const before = reads(wallet)
      await page.clock.runFor(20_000)
      moneyMoves(wallet)
      await comeBack('visible')
      await page.clock.runFor(100)
      await row(/Tea House/).waitFor()
      // Of the turns that went by out of sight none has read.
      expect(reads(wallet) - before).toBeLessThanOrEqual(2)
    })

    it('nothing moves behind a movement that is looked at', async () => {
      const wallet = await openWallet()
      await row(/Roastery/).click()
      await page.getByRole('dialog').waitFor()
      const before = reads(wallet)
      await page.clock.runFor(20_000)
      moneyMoves(wallet)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.clock.fastForward(5_000)
      await row(/Tea House/).waitFor()
      // Of the four turns that went by meanwhile none has read.
      expect(reads(wallet) - before).toBeLessThanOrEqual(2)
    })
  })

  it('a page that does not exist says so', async () => {
    const wallet = await open(`${ORIGIN}/nowhere`)
    await heading('Nothing here').waitFor()
    await looksGood('not-found', wallet)
  })

  it('a wallet that cannot be reached says so, and tries again', async () => {
    const wallet = await open(ORIGIN, { [walletPaths.session]: [isLost] })
    await heading('The wallet cannot be reached').waitFor()
    await looksGood('unreachable', wallet)
  })

  it('carry the TEST mark in the sandbox', async () => {
    await open(ORIGIN)
    await page.getByRole('complementary', { name: /no real money/ }).waitFor()
    await page.goto(LINK)
    await cashier()
      .getByRole('complementary', { name: /no real money/ })
      .waitFor()
  })
})

describe('the cashier', () => {
  const opens = (...fates: Fate[]): Record<string, Fate[]> => ({ [cashierPaths.open]: fates })
  const confirms = (...fates: Fate[]): Record<string, Fate[]> => ({ [cashierPaths.confirm]: fates })
  const inLockTime = '2026-11-22T10:30:00.000Z'
  const problems = {
    ready: [opens(answers(sample.opened())), 'Pay to'],
    loading: [opens(hangs), 'Asking the wallet for the order'],
    'not-enough': [opens(answers(sample.withBalance('1234'))), 'CN¥43.66 is missing.'],
    locked: [opens(answers(sample.lockedUntil(inLockTime))), 'PIN locked'],
    frozen: [opens(answers(sample.withFrozenAccount())), 'USER_FROZEN'],
    expired: [opens(answers(sample.opened({ order: sample.expired() }))), 'The time to pay is over'],
    closed: [opens(answers(sample.opened({ order: sample.closed() }))), 'Order closed'],
    'already-paid-by-you': [opens(answers(sample.opened({ order: sample.paidByYou() }))), 'You have paid this order.'],
    'already-paid-by-another': [
      opens(answers(sample.opened({ order: sample.paidByAnother() }))),
      'Somebody else has paid',
    ],
    failed: [opens(refuses('ORDER_BUYER_MISMATCH')), 'ORDER_BUYER_MISMATCH'],
    offline: [opens(isLost), 'No connection'],
  } as const

  it.each(Object.entries(problems))('shows %s', async (name, [fates, text]) => {
    const wallet = await open(LINK, fates as Record<string, Fate[]>)
    await cashier().getByText(text).first().waitFor()
    await looksGood(`cashier-${name}`, wallet)
  })

  it('shows the PIN pad, a wrong PIN with the tries left, and takes the next', async () => {
    const paid = answers({ outcome: 'SUCCEEDED', paymentId: '1', amount: sample.order().amount, paidAt: sample.NOW })
    const wallet = await open(LINK, confirms(refuses('PIN_WRONG', { triesLeft: 4 }), paid))
    await page.getByRole('button', { name: /^Pay / }).click()
    await heading('Enter your PIN').waitFor()
    await looksGood('cashier-pin', wallet)
    await page.keyboard.type(PIN)
    await page.getByText('Wrong PIN. 4 tries left.').waitFor()
    await looksGood('cashier-wrong-pin', wallet)
    await page.keyboard.type(PIN)
    await heading('Paid').waitFor()
    await looksGood('cashier-paid', wallet)
  })

  it('reads the lock again after the last try', async () => {
    const wallet = await open(LINK, {
      ...opens(answers(sample.opened()), answers(sample.lockedUntil(inLockTime))),
      ...confirms(refuses('PIN_LOCKED')),
    })
    await enterPin()
    await page.getByText('PIN locked').waitFor()
    expect(wallet.complaints).toEqual([])
  })

  it('shows paying, and cannot be left then', async () => {
    const wallet = await open(LINK, confirms(hangs))
    await enterPin()
    await heading('Paying').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await page.goBack()
    await heading('Paying').waitFor()
    await looksGood('cashier-paying', wallet)
  })

  it('looks a lost confirmation up, shows that it does, and finds it paid', async () => {
    const unpaid = answers({ order: sample.order(), now: sample.NOW })
    const wallet = await open(LINK, { ...confirms(isLost), [cashierPaths.inquire]: [unpaid] })
    await enterPin()
    await heading('Checking your payment').waitFor()
    await looksGood('cashier-checking', wallet)
    wallet.fates[cashierPaths.inquire] = [answers({ order: sample.paidByYou(), now: sample.NOW })]
    await heading('Paid').waitFor()
    expect(wallet.calls.filter(({ call }) => call.endsWith(cashierPaths.confirm))).toHaveLength(1)
  })

  it('says that it does not know, when it cannot know', async () => {
    await page.clock.install()
    const wallet = await open(LINK, { ...confirms(isLost), [cashierPaths.inquire]: [isLost] })
    await enterPin()
    await heading('Checking your payment').waitFor()
    await expect
      .poll(async () => {
        await page.clock.fastForward(5_000)
        return await heading('Not known yet').count()
      })
      .toBe(1)
    await looksGood('cashier-unknown', wallet)
  })

  it('expires in front of the user', async () => {
    const soon = { ...sample.order(), expiresAt: '2026-11-22T10:00:01.500Z' }
    await open(LINK, opens(answers(sample.opened({ order: soon }))))
    await page.getByRole('button', { name: /^Pay / }).waitFor()
    await heading('The time to pay is over').waitFor()
  })

  it('returns by itself from the result', async () => {
    await open(LINK)
    await enterPin()
    await heading('Paid').waitFor()
    await page.getByText('Returns in 3 seconds').waitFor()
    await cashier().waitFor({ state: 'detached' })
    await expect.poll(() => new URL(page.url()).pathname).toBe('/')
  })

  it('pays by keyboard alone: Enter, six digits, Enter', async () => {
    const wallet = await open(LINK)
    await page.getByRole('button', { name: /^Pay / }).waitFor()
    await page.keyboard.press('Enter')
    await heading('Enter your PIN').waitFor()
    await page.keyboard.type('24x9')
    await page.keyboard.press('Backspace')
    await page.keyboard.type('6810')
    await heading('Paid').waitFor()
    await page.keyboard.press('Enter')
    await cashier().waitFor({ state: 'detached' })
    const confirmed = wallet.calls.filter(({ call }) => call.endsWith(cashierPaths.confirm))
    expect(confirmed.map(({ body }) => body)).toEqual([
      { tradeNo: sample.order().tradeNo, amount: sample.order().amount, methodId: 'BALANCE', pin: PIN },
    ])
  })

  it('loses no digit that is typed as soon as the pad is there', async () => {
    const wallet = await open(LINK)
    await page.getByRole('button', { name: /^Pay / }).waitFor()
    await typeWithThePad(PIN)
    await page.getByRole('button', { name: /^Pay / }).click()
    await heading('Paid').waitFor()
    expect(wallet.calls.filter(({ call }) => call.endsWith(cashierPaths.confirm))).toMatchObject([
      { body: { pin: PIN } },
    ])
  })

  it('confirms once under impatient fingers', async () => {
    const wallet = await open(LINK, confirms(hangs))
    await page.getByRole('button', { name: /^Pay / }).dblclick()
    await heading('Enter your PIN').waitFor()
    await page.keyboard.type(PIN + PIN + PIN)
    await heading('Paying').waitFor()
    await page.keyboard.type(PIN)
    await expect.poll(() => wallet.calls.some(({ call }) => call.endsWith(cashierPaths.confirm))).toBe(true)
    expect(wallet.calls.filter(({ call }) => call.endsWith(cashierPaths.confirm))).toHaveLength(1)
  })

  it('leaves the PIN nowhere in the page or its storage', async () => {
    await open(LINK, confirms(refuses('PIN_WRONG', { triesLeft: 4 })))
    await enterPin()
    await page.getByText('Wrong PIN.').waitFor()
    const left = await page.evaluate(
      () =>
        document.documentElement.outerHTML +
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]),
    )
    expect(left).not.toContain(PIN)
  })

  it('keeps the focus inside', async () => {
    await open(LINK)
    await page.getByRole('button', { name: /^Pay / }).waitFor()
    for (let count = 0; count < 6; count += 1) {
      await page.keyboard.press(count < 3 ? 'Tab' : 'Shift+Tab')
      expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true)
    }
  })

  it.each([
    ['Escape', () => page.keyboard.press('Escape')],
    ['the close button', () => cashier().getByRole('button', { name: 'Close' }).click()],
    ['the back button of the browser', () => page.goBack()],
  ])('is left by %s, and the server hears of it', async (_name, leave) => {
    const wallet = await open(LINK)
    await page.getByRole('button', { name: /^Pay / }).waitFor()
    await leave()
    await cashier().waitFor({ state: 'detached' })
    await expect.poll(() => wallet.calls.map(({ call }) => call)).toContain(`POST ${cashierPaths.cancel}`)
  })

  it('closes the PIN pad first, then the cashier', async () => {
    await open(LINK)
    await page.getByRole('button', { name: /^Pay / }).click()
    await heading('Enter your PIN').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: /^Pay / }).waitFor()
    await page.keyboard.press('Escape')
    await cashier().waitFor({ state: 'detached' })
  })

  it('speaks Chinese', async () => {
    await newPage({ locale: 'zh-CN' })
    const wallet = await open(LINK)
    await page.getByText('付款给').waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh-CN')
    await looksGood('cashier-zh', wallet)
  })

  it('fits a small phone, and mirrors from right to left, without scrolling sideways', async () => {
    await page.setViewportSize({ width: 320, height: 568 })
    const large = { currency: 'JPY', value: '9999999999999999' }
    const order = {
      ...sample.order(),
      amount: large,
      title: 'A very long title '.repeat(12),
      payee: { merchantId: '1', name: 'M'.repeat(60) },
    }
    const label = 'Test·Bank·with·a·label·that·has·no·space·to·break·at·and·does·not·end'
    const methods = [...sample.withBanks().methods, { ...sample.BANK, id: 'BANK:9', label }]
    await open(LINK, opens(answers(sample.opened({ order, methods }))))
    const pay = page.getByRole('button', { name: /^Pay / })
    await pay.waitFor()
    for (const direction of ['ltr', 'rtl']) {
      await page.evaluate((dir) => void (document.documentElement.dir = dir), direction)
      const wide = await page.evaluate(() => {
        const sheet = document.querySelector('.cashier-sheet')!
        return sheet.scrollWidth - sheet.clientWidth
      })
      expect(wide, direction).toBeLessThanOrEqual(0)
      if (pictures) await page.screenshot({ path: join(pictures, `cashier-small-${direction}.png`) })
    }
    await pay.click()
    await page.getByRole('button', { name: '0', exact: true }).click()
  })
})

describe('the weight', () => {
  it('of all scripts together is at most 60 kB compressed', async () => {
    const names = (await readdir(join(folder, 'assets'))).filter((name) => name.endsWith('.js'))
    expect(names.length).toBeGreaterThanOrEqual(3)
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, 'assets', `${name}.gz`))).size))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000)
  })
})
