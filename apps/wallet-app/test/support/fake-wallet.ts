/**
 * A wallet server of answers, for looking at the app alone: the built files with the real Content-Security-Policy, a
 * signed-in user, and a cashier that answers what a test says. For tests only; the flow with the real server is
 * played in tests/end-to-end.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  cashierPaths,
  refusals,
  sandboxPaths,
  walletPaths,
  type ApiError,
  type BalanceAnswer,
  type BankAccountsAnswer,
  type Movement,
  type MovementsAnswer,
  type PeopleAnswer,
  type ProgramsAnswer,
  type RefusalCode,
  type RefusalDetails,
  type SessionAnswer,
} from '@tradepay/contract'
import type { Page, Route } from '@playwright/test'
import { BANK, NOW, opened, order, OTHER_BANK } from './samples.ts'

export const ORIGIN = 'http://wallet.test'

/** What a call comes to: an answer, a refusal, no answer at all, or nothing until the test ends. */
export type Fate =
  | { kind: 'answers'; body: unknown }
  | { kind: 'refuses'; code: RefusalCode; details?: RefusalDetails }
  | { kind: 'isLost' }
  | { kind: 'hangs' }

export const answers = (body: unknown): Fate => ({ kind: 'answers', body })
export const refuses = (code: RefusalCode, details: RefusalDetails = {}): Fate => ({ kind: 'refuses', code, details })
export const isLost: Fate = { kind: 'isLost' }
export const hangs: Fate = { kind: 'hangs' }

export interface FakeWallet {
  /** Fates by path, in turn; the last one stays. */
  fates: Record<string, Fate[]>
  /** Every call that came, as "POST /path" with its body. */
  calls: { call: string; body: unknown }[]
  /** What the page complained about: broken policy, errors of scripts. */
  complaints: string[]
}

const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "connect-src 'self'; frame-src 'self'"
const types: Record<string, string> = {
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  html: 'text/html',
}

const session: SessionAnswer = {
  user: { userId: '2088101000000001', name: 'Mei', loginId: 'mei@example.com', frozen: false },
  csrfToken: 'token',
  sandbox: true,
  walletName: 'TradePay',
}
export const signedOut: SessionAnswer = { ...session, user: null, csrfToken: null }

const people: PeopleAnswer = {
  people: [
    { userId: '1', name: 'Mei', loginId: 'mei@example.com', pin: '246810', about: 'Has plenty of money' },
    { userId: '2', name: 'Sam', loginId: 'sam@example.com', pin: '135790', about: 'Nearly out of money' },
    { userId: '3', name: 'Ana', loginId: 'ana@example.com', pin: '112358', about: 'Account frozen' },
  ],
}
const programs: ProgramsAnswer = {
  programs: [
    {
      appId: '2021',
      name: 'Coffee Shop',
      slogan: 'Coffee, ready when you are',
      merchantName: 'Coffee Shop',
      iconUrl: null,
    },
  ],
}
export const balance: BalanceAnswer = {
  balances: [
    { available: { currency: 'CNY', value: '100000000' }, pending: { currency: 'CNY', value: '1250' } },
    { available: { currency: 'JPY', value: '10000000' }, pending: { currency: 'JPY', value: '0' } },
  ],
}
export const movement = (changes: Partial<Movement>): Movement => ({
  id: '2026112236054724201425582205',
  kind: 'PAYMENT',
  state: 'SUCCEEDED',
  method: 'BALANCE',
  returned: null,
  direction: 'OUT',
  title: 'Two flat whites',
  counterparty: 'Coffee Shop',
  amount: { currency: 'CNY', value: '5600' },
  at: NOW,
  tradeNo: order().tradeNo,
  ...changes,
})
/** One of each that looks different. */
export const movements: MovementsAnswer = {
  movements: [
    movement({}),
    movement({ id: 'processing', title: 'Beans', counterparty: 'Roastery', state: 'PROCESSING', method: BANK.label }),
    movement({ id: 'failed', title: 'A cake', counterparty: 'Bakery', state: 'FAILED', method: OTHER_BANK.label }),
    movement({
      id: 'late',
      title: 'Tickets for two to the late show on Sunday',
      counterparty: 'Cinema',
      state: 'FAILED',
      method: BANK.label,
      returned: 'RETURNING',
    }),
    movement({ id: 'refund', kind: 'REFUND', counterparty: 'Book Shop', title: 'A novel', direction: 'IN' }),
    movement({
      id: 'top-up',
      kind: 'TOP_UP',
      state: 'PROCESSING',
      method: OTHER_BANK.label,
      title: 'Top-up',
      counterparty: OTHER_BANK.label,
      direction: 'IN',
      amount: { currency: 'CNY', value: '5000' },
      tradeNo: null,
    }),
    movement({
      id: '1',
      kind: 'TOP_UP',
      direction: 'IN',
      title: 'Top-up',
      counterparty: 'TradePay',
      amount: { currency: 'CNY', value: '100000' },
      at: '2026-11-20T08:00:00.000Z',
      tradeNo: null,
    }),
  ],
  next: null,
}

export const bankAccounts: BankAccountsAnswer = {
  bankAccounts: [
    { bankAccountId: BANK.id.slice(5), label: BANK.label, currency: 'CNY' },
    { bankAccountId: OTHER_BANK.id.slice(5), label: OTHER_BANK.label, currency: 'CNY' },
    { bankAccountId: '2026112236000000101000000009', label: 'Test Bank · answers at once', currency: 'JPY' },
  ],
}

const usual = (): Record<string, Fate[]> => ({
  [walletPaths.session]: [answers(session)],
  [walletPaths.programs]: [answers(programs)],
  [walletPaths.balance]: [answers(balance)],
  [walletPaths.movements]: [answers(movements)],
  [walletPaths.bankAccounts]: [answers(bankAccounts)],
  [sandboxPaths.people]: [answers(people)],
  [sandboxPaths.timeline(order().tradeNo)]: [answers({})],
  [cashierPaths.open]: [answers(opened())],
  [cashierPaths.confirm]: [answers({ outcome: 'SUCCEEDED', paymentId: '1', amount: order().amount, paidAt: NOW })],
  [cashierPaths.cancel]: [answers({ order: order() })],
  [cashierPaths.inquire]: [answers({ order: order(), now: NOW })],
})

/** Puts the fake behind a page. `folder` is what `buildWalletApp` wrote. */
export async function fakeWallet(page: Page, folder: string, fates: Record<string, Fate[]> = {}): Promise<FakeWallet> {
  const wallet: FakeWallet = { fates: { ...usual(), ...fates }, calls: [], complaints: [] }
  page.on('pageerror', (error) => wallet.complaints.push(error.message))
  page.on('console', (message) => {
    // A browser reports every refused and lost call; those are what the tests are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      wallet.complaints.push(message.text())
    }
  })
  await page.route(`${ORIGIN}/**`, async (route) => {
    const request = route.request()
    const { pathname } = new URL(request.url())
    // Inquiries of top-ups carry their number in the path.
    const named = pathname.startsWith(`${walletPaths.topUps}/`) ? `${walletPaths.topUps}/*` : pathname
    const queue = wallet.fates[named]
    if (!queue) return await serveFile(route, folder, pathname)
    wallet.calls.push({ call: `${request.method()} ${pathname}`, body: request.postDataJSON() as unknown })
    const fate = queue.length > 1 ? queue.shift()! : queue[0]!
    if (fate.kind === 'isLost') return await route.abort('connectionreset')
    if (fate.kind === 'hangs') return
    if (fate.kind === 'answers') return await route.fulfill({ json: fate.body })
    const { message, action } = refusals[fate.code]
    const body: ApiError = { error: { code: fate.code, message, action, ...fate.details } }
    await route.fulfill({ status: 400, json: body })
  })
  return wallet
}

async function serveFile(route: Route, folder: string, pathname: string): Promise<void> {
  const file = join(folder, pathname)
  const found = pathname !== '/' && existsSync(file) ? file : join(folder, 'index.html')
  await route.fulfill({
    body: readFileSync(found),
    contentType: types[found.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
  })
}
