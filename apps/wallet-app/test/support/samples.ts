/** Answers of the wallet server, as the tests of the cashier need them. */
import type { CashierOrder, OpenCashierAnswer, OwnPayment, PaymentMethod } from '@tradepay/contract'

export const NOW = '2026-11-22T10:00:00.000Z'

export const order = (changes: Partial<CashierOrder> = {}): CashierOrder => ({
  tradeNo: '2026112236000000201000000001',
  state: 'CREATED',
  paidByYou: false,
  processing: false,
  yourPayment: null,
  closeReason: null,
  title: 'Two flat whites',
  amount: { currency: 'CNY', value: '5600' },
  payee: { merchantId: '2088201100000001', name: 'Coffee Shop' },
  createdAt: '2026-11-22T09:59:58.000Z',
  expiresAt: '2026-11-22T10:15:00.000Z',
  paidAt: null,
  ...changes,
})

export const BALANCE = {
  id: 'BALANCE',
  kind: 'BALANCE',
  available: { currency: 'CNY', value: '100000' },
  enough: true,
  frozen: false,
} as const satisfies PaymentMethod
export const BANK = {
  id: 'BANK:2026112236000000101000000007',
  kind: 'BANK',
  label: 'Test Bank · answers after 10 s',
  frozen: false,
} as const satisfies PaymentMethod
/** Its label is as long as labels of the sandbox are. */
export const OTHER_BANK = {
  id: 'BANK:2026112236000000101000000008',
  kind: 'BANK',
  label: 'Test Bank · says yes to the wallet and then contradicts itself ··1234',
  frozen: false,
} as const satisfies PaymentMethod

export const paidByYou = (): CashierOrder => order({ state: 'PAID', paidByYou: true, paidAt: NOW })
export const paidByAnother = (): CashierOrder => order({ state: 'PAID', paidByYou: false, paidAt: NOW })
export const expired = (): CashierOrder => order({ state: 'CLOSED', closeReason: 'EXPIRED' })
export const closed = (): CashierOrder => order({ state: 'CLOSED', closeReason: 'MERCHANT' })

/** Balance and two bank accounts. */
export const withBanks = (changes: Partial<OpenCashierAnswer> = {}): OpenCashierAnswer =>
  opened({ methods: [BALANCE, BANK, OTHER_BANK], ...changes })
/** More bank accounts than a screen has room for. */
export const withManyBanks = (): OpenCashierAnswer =>
  opened({
    methods: [
      BALANCE,
      ...Array.from({ length: 9 }, (_, index) => ({
        ...BANK,
        id: `BANK:${index}`,
        label: `Test Bank ··100${index} (keeps changing its mind)`,
      })),
    ],
  })
/** Too little balance, and a bank account. */
export const poorWithBank = (): OpenCashierAnswer =>
  opened({ methods: [{ ...BALANCE, available: { currency: 'CNY', value: '1234' }, enough: false }, BANK] })

/** A payment by bank of the signed-in user. */
export const byBank = (changes: Partial<OwnPayment> = {}): OwnPayment => ({
  paymentId: '2026112236000900101000000002',
  state: 'PROCESSING',
  method: BANK.label,
  failure: null,
  returned: null,
  ...changes,
})
export const processingByYou = (): CashierOrder => order({ processing: true, yourPayment: byBank() })
export const processingByAnother = (): CashierOrder => order({ processing: true })
export const declinedByBank = (): CashierOrder =>
  order({ yourPayment: byBank({ state: 'FAILED', failure: 'BANK_REFUSED' }) })
/** Closed while the bank was being asked; `returned` says what became of the money. */
export const late = (returned: OwnPayment['returned']): CashierOrder =>
  order({
    state: 'CLOSED',
    closeReason: 'EXPIRED',
    yourPayment: byBank(returned === null ? {} : { state: 'FAILED', failure: 'ORDER_EXPIRED', returned }),
  })

export const opened = (changes: Partial<OpenCashierAnswer> = {}): OpenCashierAnswer => ({
  order: order(),
  methods: [BALANCE],
  pin: { triesLeft: 5, lockedUntil: null },
  now: NOW,
  ...changes,
})

export const withBalance = (value: string): OpenCashierAnswer =>
  opened({ methods: [{ ...BALANCE, available: { currency: 'CNY', value }, enough: false }] })

export const withFrozenAccount = (): OpenCashierAnswer => opened({ methods: [{ ...BALANCE, frozen: true }] })

export const lockedUntil = (time: string): OpenCashierAnswer => opened({ pin: { triesLeft: 0, lockedUntil: time } })
