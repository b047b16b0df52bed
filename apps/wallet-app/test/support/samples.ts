/** Answers of the wallet server, as the tests of the cashier need them. */
import type { CashierOrder, OpenCashierAnswer } from '@tradepay/contract'

export const NOW = '2026-11-22T10:00:00.000Z'

export const order = (changes: Partial<CashierOrder> = {}): CashierOrder => ({
  tradeNo: '2026112236000000201000000001',
  state: 'CREATED',
  paidByYou: false,
  closeReason: null,
  title: 'Two flat whites',
  amount: { currency: 'CNY', value: '5600' },
  payee: { merchantId: '2088201100000001', name: 'Coffee Shop' },
  createdAt: '2026-11-22T09:59:58.000Z',
  expiresAt: '2026-11-22T10:15:00.000Z',
  paidAt: null,
  ...changes,
})

export const paidByYou = (): CashierOrder => order({ state: 'PAID', paidByYou: true, paidAt: NOW })
export const paidByAnother = (): CashierOrder => order({ state: 'PAID', paidByYou: false, paidAt: NOW })
export const expired = (): CashierOrder => order({ state: 'CLOSED', closeReason: 'EXPIRED' })
export const closed = (): CashierOrder => order({ state: 'CLOSED', closeReason: 'MERCHANT' })

export const opened = (changes: Partial<OpenCashierAnswer> = {}): OpenCashierAnswer => ({
  order: order(),
  methods: [
    { id: 'BALANCE', kind: 'BALANCE', available: { currency: 'CNY', value: '100000' }, enough: true, frozen: false },
  ],
  pin: { triesLeft: 5, lockedUntil: null },
  now: NOW,
  ...changes,
})

export const withBalance = (value: string): OpenCashierAnswer =>
  opened({
    methods: [{ id: 'BALANCE', kind: 'BALANCE', available: { currency: 'CNY', value }, enough: false, frozen: false }],
  })

export const withFrozenAccount = (): OpenCashierAnswer =>
  opened({
    methods: [
      { id: 'BALANCE', kind: 'BALANCE', available: { currency: 'CNY', value: '100000' }, enough: true, frozen: true },
    ],
  })

export const lockedUntil = (time: string): OpenCashierAnswer => opened({ pin: { triesLeft: 0, lockedUntil: time } })
