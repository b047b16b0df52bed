/**
 * What the descriptions of the wallet app's APIs show, by the name of the call.
 */
import type { Examples } from './document.ts'
import type { JsonExamples } from './json-api.ts'
import { explainExample } from './sandbox-examples.ts'

const one = (summary: string, value: unknown): Examples => ({ example: { summary, value } })

const tradeNo = '2026112275605000123000000007'
const amount = { currency: 'CNY', value: '1250' }
const appId = '2021201000000001'
const order = {
  tradeNo,
  state: 'CREATED',
  paidByYou: false,
  processing: false,
  yourPayment: null,
  closeReason: null,
  title: 'Flat white',
  amount,
  payee: { merchantId: '2088201100000001', name: 'Coffee Shop' },
  createdAt: '2026-11-22T13:00:00.000Z',
  expiresAt: '2026-11-22T13:15:00.000Z',
  paidAt: null,
}
const paid = { ...order, state: 'PAID', paidByYou: true, paidAt: '2026-11-22T13:00:20.000Z' }
const now = '2026-11-22T13:00:05.000Z'

export const cashierExamples: Readonly<Record<string, JsonExamples>> = {
  orderString: {
    request: one('Of my.tradePay({ orderStr })', {
      orderStr: 'app_id=2021201000000001&biz_content=%7B…%7D&charset=utf-8&method=alipay.trade.app.pay&sign=…',
      appId,
    }),
    answer: one('The order', { tradeNo }),
  },
  open: {
    request: one('From a mini program', { tradeNo, appId }),
    answer: one('Payable from the balance or a bank account', {
      order,
      methods: [
        { id: 'BALANCE', kind: 'BALANCE', available: { currency: 'CNY', value: '5000' }, enough: true, frozen: false },
        { id: 'BANK:2026112200000001', kind: 'BANK', label: 'Test Bank ··1001', frozen: false },
      ],
      pin: { triesLeft: 5, lockedUntil: null },
      now,
    }),
  },
  confirm: {
    request: {
      balance: { summary: 'From the balance', value: { tradeNo, amount, methodId: 'BALANCE', pin: '246810' } },
      bank: {
        summary: 'From a bank account',
        value: { tradeNo, amount, methodId: 'BANK:2026112200000001', pin: '246810' },
      },
    },
    answer: {
      paid: {
        summary: 'Paid',
        value: { outcome: 'SUCCEEDED', paymentId: '2026112275610000123000000008', amount, paidAt: paid.paidAt },
      },
      processing: {
        summary: 'The bank has not answered yet',
        value: { outcome: 'PROCESSING', paymentId: '2026112275610000123000000008', amount, paidAt: null },
      },
    },
  },
  cancel: { request: one('Leaves', { tradeNo }), answer: one('Still payable', { order }) },
  inquire: { request: one('After an answer was lost', { tradeNo }), answer: one('It was paid', { order: paid, now }) },
}

const session = {
  user: { userId: '2088101000000001', name: 'Mei', loginId: 'mei@example.com', frozen: false },
  csrfToken: 'p0Yk0mWm1oZ4bq2W3sJkq0S8x5nTtq1b2c3d4e5f6g7',
  sandbox: true,
  walletName: 'TradePay',
}
const topUp = { topUpId: 'top-up-0001', amount }

export const walletExamples: Readonly<Record<string, JsonExamples>> = {
  session: {
    answer: {
      signedIn: { summary: 'Mei', value: session },
      nobody: { summary: 'Nobody', value: { ...session, user: null, csrfToken: null } },
    },
  },
  signIn: { request: one('As Mei', { loginId: 'mei@example.com', pin: '246810' }) },
  balance: {
    answer: one('50.00 yuan', {
      balances: [{ available: { currency: 'CNY', value: '5000' }, pending: { currency: 'CNY', value: '0' } }],
    }),
  },
  movements: {
    answer: one('A payment', {
      movements: [
        {
          id: '2026112275610000123000000008',
          kind: 'PAYMENT',
          state: 'SUCCEEDED',
          method: 'BALANCE',
          returned: null,
          direction: 'OUT',
          title: 'Flat white',
          counterparty: 'Coffee Shop',
          amount,
          at: paid.paidAt,
          tradeNo,
        },
      ],
      next: null,
    }),
  },
  topUp: {
    request: one('12.50 yuan', { ...topUp, bankAccountId: '2026112200000001', pin: '246810' }),
    answer: one('The bank has not answered yet', { ...topUp, state: 'PROCESSING', failure: null }),
  },
  authCode: {
    request: one('Who the user is', { appId, scopes: ['auth_base'] }),
    answer: one('A code', { authCode: 'c0de…', authSuccessScopes: ['auth_base'], authErrorScopes: {} }),
  },
  relay: {
    request: one('The menu', {
      appId,
      page: 'pages/menu/menu',
      url: 'http://127.0.0.1:4101/menu',
      method: 'GET',
      headers: { accept: 'application/json' },
      timeoutMs: 30_000,
    }),
    answer: one('Its answer', { status: 200, headers: { 'content-type': 'application/json' }, bodyBase64: 'e30=' }),
  },
  explain: { request: explainExample },
}
