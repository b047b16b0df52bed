/**
 * Who may pay what, as a table of refusals around one payment that is granted: each row changes one thing.
 */
import type { RefusalCode } from '@tradepay/contract'
import { money } from '@tradepay/money'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LockedAccount } from '../ledger/store.ts'
import type { Order } from '../order/types.ts'
import { judge, type Allowance, type Facts, type RoutedAttempt } from './judge.ts'

const now = new Date('2026-03-01T04:00:00.000Z')
const MEI = '2088001000000001'
const BO = '2088002000000002'
const SHOP = '2088100100000001'

const order: Order = {
  tradeNo: '2026030144000000100000000001',
  bucket: 100,
  merchantId: SHOP,
  clientId: '2021100000000001',
  requestId: 'r-1',
  family: 'SUPERAPP',
  appId: null,
  buyerId: null,
  title: 'Two coffees',
  amount: money('CNY', 1250n),
  notifyUrl: null,
  extra: {},
  state: 'CREATED',
  closeReason: null,
  sequence: 1,
  createdAt: new Date(now.getTime() - 60_000),
  expiresAt: new Date(now.getTime() + 60_000),
  paidAt: null,
  closedAt: null,
  payerId: null,
  paymentId: null,
  processingPaymentId: null,
  fee: 8n,
  refunded: 0n,
  feeRefunded: 0n,
}
const paidOrder: Order = { ...order, state: 'PAID', sequence: 2, paidAt: now, payerId: MEI, paymentId: 'p-1' }
const closedOrder: Order = { ...order, state: 'CLOSED', closeReason: 'MERCHANT', sequence: 2, closedAt: now }

const account = (owner: string, about: Partial<LockedAccount> = {}): LockedAccount => ({
  id: `${owner === SHOP ? 'merchants' : 'users'}:${owner}:CNY`,
  bucket: Number(owner.slice(4, 7)),
  kind: owner === SHOP ? 'MERCHANT_PAYABLE' : 'USER_BALANCE',
  currency: 'CNY',
  frozen: false,
  owned: true,
  creditsPosted: 10_000n,
  creditsPending: 0n,
  debitsPosted: 0n,
  debitsPending: 0n,
  available: 10_000n,
  ...about,
})

const byId = (accounts: LockedAccount[]): Map<string, LockedAccount> => new Map(accounts.map((one) => [one.id, one]))

interface Scene {
  orders?: Order[]
  accounts?: LockedAccount[]
  allowance?: Partial<Allowance>
  others?: number[]
  attempt?: Partial<RoutedAttempt>
  at?: Date
}

const everybody = [account(MEI), account(BO), account(SHOP)]

const factsOf = ({ orders = [order], accounts = everybody, allowance, others = [] }: Scene): Facts => ({
  orders: new Map(orders.map((one) => [one.tradeNo, one])),
  payers: byId(accounts.filter(({ kind }) => kind === 'USER_BALANCE')),
  payees: new Map(
    orders.map(({ tradeNo }) => [tradeNo, accounts.find(({ kind }) => kind === 'MERCHANT_PAYABLE') ?? null]),
  ),
  allowances: allowance
    ? new Map([[`users:${MEI}:CNY`, { perPayment: null, perDay: null, spentToday: 0n, ...allowance }]])
    : new Map(),
  bucketsOfOthers: new Set(others),
})

const attemptOf = (about: Partial<RoutedAttempt> = {}): RoutedAttempt => ({
  tradeNo: order.tradeNo,
  payerId: MEI,
  amount: money('CNY', 1250n),
  channel: 'BALANCE',
  paymentId: 'p-new',
  orderBucket: 100,
  payerBucket: 1,
  ...about,
})

const outcomes = (attempts: RoutedAttempt[], facts: Facts, at = now): string[] =>
  judge(attempts, facts, at).map((verdict) => (verdict.outcome === 'REFUSED' ? verdict.code : verdict.outcome))
const outcome = (scene: Scene): string => outcomes([attemptOf(scene.attempt)], factsOf(scene), scene.at)[0]!

describe('a payment is granted', () => {
  test.each<[string, Scene]>([
    ['from the balance', {}],
    ['from a bank account', { attempt: { channel: 'BANK' } }],
    [
      'from a bank account with an empty balance',
      { attempt: { channel: 'BANK' }, accounts: [account(MEI, { available: 0n }), account(SHOP)] },
    ],
    ['with the last cent', { accounts: [account(MEI, { available: 1250n }), account(SHOP)] }],
    ['at the last millisecond', { at: new Date(order.expiresAt.getTime() - 1) }],
    ['by the buyer it was made for', { orders: [{ ...order, buyerId: MEI }] }],
    ['at exactly the limit of a payment', { allowance: { perPayment: 1250n } }],
    ['at exactly the limit of a day', { allowance: { perDay: 2000n, spentToday: 750n } }],
  ])('%s', (_, scene) => expect(outcome(scene)).toBe('GRANTED'))

  test('and the order is paid by it', () => {
    const [verdict] = judge([attemptOf()], factsOf({}), now)
    expect(verdict).toEqual({
      outcome: 'GRANTED',
      order: { ...order, state: 'PAID', sequence: 2, paidAt: now, payerId: MEI, paymentId: 'p-new' },
    })
  })

  test('by bank, and the order waits for it, unpaid', () => {
    const [verdict] = judge([attemptOf({ channel: 'BANK' })], factsOf({}), now)
    expect(verdict).toEqual({ outcome: 'GRANTED', order: { ...order, processingPaymentId: 'p-new' } })
  })
})

describe('a payment is refused', () => {
  test.each<[RefusalCode, string, Scene]>([
    ['OUTCOME_UNKNOWN', "the payer's bucket lies elsewhere", { others: [1] }],
    ['OUTCOME_UNKNOWN', "the order's bucket lies elsewhere", { others: [100], orders: [] }],
    ['ORDER_NOT_FOUND', 'no such order', { orders: [] }],
    ['ORDER_PAID', 'paid by somebody else', { orders: [{ ...paidOrder, payerId: BO }] }],
    [
      'AMOUNT_MISMATCH',
      'paid by this user, but another amount',
      { orders: [paidOrder], attempt: { amount: money('CNY', 1n) } },
    ],
    ['ORDER_CLOSED', 'closed by the merchant', { orders: [closedOrder] }],
    ['ORDER_CLOSED', 'cancelled', { orders: [{ ...closedOrder, closeReason: 'CANCELLED' }] }],
    ['ORDER_EXPIRED', 'closed by time', { orders: [{ ...closedOrder, closeReason: 'EXPIRED' }] }],
    ['ORDER_EXPIRED', 'past its time, before the timer', { at: order.expiresAt }],
    ['ORDER_BUYER_MISMATCH', 'made for another buyer', { orders: [{ ...order, buyerId: BO }] }],
    ['AMOUNT_MISMATCH', 'a cent less', { attempt: { amount: money('CNY', 1249n) } }],
    ['AMOUNT_MISMATCH', 'a cent more', { attempt: { amount: money('CNY', 1251n) } }],
    ['AMOUNT_MISMATCH', 'another currency', { attempt: { amount: money('USD', 1250n) } }],
    ['PAYER_IS_PAYEE', 'the merchant itself', { attempt: { payerId: SHOP } }],
    ['PAYMENT_PROCESSING', 'a payment waits for the bank', { orders: [{ ...order, processingPaymentId: 'p-2' }] }],
    ['CURRENCY_NOT_SUPPORTED', 'no account in it', { accounts: [account(SHOP)] }],
    ['USER_FROZEN', 'frozen', { accounts: [account(MEI, { frozen: true }), account(SHOP)] }],
    [
      'USER_FROZEN',
      'frozen, also by bank',
      { attempt: { channel: 'BANK' }, accounts: [account(MEI, { frozen: true }), account(SHOP)] },
    ],
    ['MERCHANT_FROZEN', 'the merchant is frozen', { accounts: [account(MEI), account(SHOP, { frozen: true })] }],
    ['MERCHANT_FROZEN', 'the merchant has no account', { accounts: [account(MEI)] }],
    ['PAYMENT_LIMIT_EXCEEDED', 'a cent above the limit of a payment', { allowance: { perPayment: 1249n } }],
    [
      'PAYMENT_LIMIT_EXCEEDED',
      'above the limit, also by bank',
      { attempt: { channel: 'BANK' }, allowance: { perPayment: 0n } },
    ],
    ['DAY_LIMIT_EXCEEDED', 'a cent above the limit of a day', { allowance: { perDay: 2000n, spentToday: 751n } }],
    ['BALANCE_NOT_ENOUGH', 'a cent too little', { accounts: [account(MEI, { available: 1249n }), account(SHOP)] }],
  ])('%s: %s', (code, _, scene) => expect(outcome(scene)).toBe(code))

  test('a user who has paid it gets the first result, whatever else holds now', () => {
    const scene = { orders: [paidOrder], accounts: [account(MEI, { frozen: true, available: 0n }), account(SHOP)] }
    expect(outcome({ ...scene, at: order.expiresAt })).toBe('REPEATED')
  })
})

describe('payments that come together', () => {
  const second: Order = { ...order, tradeNo: '2026030144000000100000000002' }
  const facts = (about: Scene = {}): Facts => factsOf({ orders: [order, second], ...about })

  test('on one order: the first pays, its repeat is one, another user is told', () => {
    expect(outcomes([attemptOf(), attemptOf(), attemptOf({ payerId: BO, payerBucket: 2 })], facts())).toEqual([
      'GRANTED',
      'REPEATED',
      'ORDER_PAID',
    ])
  })

  test('on one order by bank: the second waits', () => {
    expect(outcomes([attemptOf({ channel: 'BANK' }), attemptOf({ payerId: BO, payerBucket: 2 })], facts())).toEqual([
      'GRANTED',
      'PAYMENT_PROCESSING',
    ])
  })

  test('of one user see what is left of balance and of limits', () => {
    const both = [attemptOf(), attemptOf({ tradeNo: second.tradeNo })]
    const poor = [account(MEI, { available: 2499n }), account(SHOP)]
    expect(outcomes(both, facts({ accounts: poor }))).toEqual(['GRANTED', 'BALANCE_NOT_ENOUGH'])
    expect(outcomes(both, facts({ allowance: { perDay: 2499n } }))).toEqual(['GRANTED', 'DAY_LIMIT_EXCEEDED'])
    expect(outcomes(both, facts({ allowance: { perDay: 2500n } }))).toEqual(['GRANTED', 'GRANTED'])
  })

  test('by bank take nothing from the balance', () => {
    const exact = [account(MEI, { available: 1250n }), account(SHOP)]
    const both = [attemptOf({ channel: 'BANK' }), attemptOf({ tradeNo: second.tradeNo })]
    expect(outcomes(both, facts({ accounts: exact }))).toEqual(['GRANTED', 'GRANTED'])
  })

  test('and are refused take nothing from anybody', () => {
    const exact = [account(MEI, { available: 1250n }), account(SHOP)]
    const wrong = attemptOf({ amount: money('CNY', 1n) })
    expect(outcomes([wrong, wrong, attemptOf()], facts({ accounts: exact, allowance: { perDay: 1250n } }))).toEqual([
      'AMOUNT_MISMATCH',
      'AMOUNT_MISMATCH',
      'GRANTED',
    ])
  })

  test('get what they would have got one after another, whatever they are', () => {
    const orders = [1n, 5n, 20n, 50n].map((minor, n): Order => ({
      ...order,
      tradeNo: `20260301440000001000000000${10 + n}`,
      amount: money('CNY', minor),
    }))
    const attempt = fc.record({
      n: fc.nat(3),
      payer: fc.constantFrom(MEI, BO),
      channel: fc.constantFrom('BALANCE' as const, 'BANK' as const),
    })
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 20 }), fc.nat(60), fc.nat(60), (list, balance, perDay) => {
        const attempts = list.map(({ n, payer, channel }, serial) =>
          attemptOf({
            tradeNo: orders[n]!.tradeNo,
            amount: orders[n]!.amount,
            payerId: payer,
            payerBucket: Number(payer.slice(4, 7)),
            channel,
            paymentId: `p-${serial}`,
          }),
        )
        let scene: Facts = factsOf({
          orders,
          accounts: [account(MEI, { available: BigInt(balance) }), account(BO), account(SHOP)],
          allowance: { perDay: BigInt(perDay) },
        })
        const together = outcomes(attempts, scene)
        const alone = attempts.map((one) => {
          const [verdict] = judge([one], scene, now)
          if (verdict!.outcome === 'GRANTED') scene = after(scene, one, verdict!.order)
          return verdict!.outcome === 'REFUSED' ? verdict!.code : verdict!.outcome
        })
        expect(together).toEqual(alone)
      }),
      { numRuns: 500 },
    )
  })
})

/** The facts as they are when a granted payment has been written. */
function after(facts: Facts, { payerId, amount, channel }: RoutedAttempt, granted: Order): Facts {
  const id = `users:${payerId}:CNY`
  const payer = facts.payers.get(id)!
  const allowance = facts.allowances.get(id)
  const taken = channel === 'BALANCE' ? amount.minor : 0n
  return {
    ...facts,
    orders: new Map([...facts.orders, [granted.tradeNo, granted]]),
    payers: new Map([...facts.payers, [id, { ...payer, available: payer.available - taken }]]),
    allowances: allowance
      ? new Map([...facts.allowances, [id, { ...allowance, spentToday: allowance.spentToday + amount.minor }]])
      : facts.allowances,
  }
}
