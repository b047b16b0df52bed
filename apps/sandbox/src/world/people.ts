/**
 * Who and what is in the seeded world: fixed, readable numbers, so that a test can name them. Ids carry their bucket
 * (digits 5 to 7).
 */
import type { Money } from '@tradepay/money'
import type { PaymentLimits } from '@tradepay/wallet-server'
import {
  anaAccounts,
  leoAccounts,
  meiAccounts,
  payOutAccount,
  samAccounts,
  type SeededBankAccount,
} from './bank-accounts.ts'

export interface Person {
  userId: string
  name: string
  loginId: string
  pin: string
  /** One line for the list of people in the wallet app. */
  about: string
  frozen: boolean
  balances: Money[]
  /** Linked to the wallet, the one that the sandbox door pays from first. */
  bankAccounts: readonly SeededBankAccount[]
  /** What the person may pay in CNY; absent for no limit. */
  limits?: PaymentLimits
}

const cny = (minor: bigint): Money => ({ currency: 'CNY', minor })

/** The rich one first: sandbox.json promises it. */
export const people: readonly Person[] = [
  {
    userId: '2088101000000001',
    name: 'Mei',
    loginId: 'mei@example.com',
    pin: '246810',
    about: 'Has plenty of money, and a bank account for every way a bank can answer',
    frozen: false,
    balances: [cny(100_000_000n), { currency: 'USD', minor: 10_000_000n }, { currency: 'JPY', minor: 10_000_000n }],
    bankAccounts: meiAccounts,
  },
  {
    userId: '2088102000000002',
    name: 'Sam',
    loginId: 'sam@example.com',
    pin: '135790',
    about: 'Nearly out of money, with a little more at the bank',
    frozen: false,
    balances: [cny(250n)],
    bankAccounts: samAccounts,
  },
  {
    userId: '2088103000000003',
    name: 'Ana',
    loginId: 'ana@example.com',
    pin: '112358',
    about: 'Account frozen',
    frozen: true,
    balances: [cny(50_000n)],
    bankAccounts: anaAccounts,
  },
  {
    userId: '2088104000000004',
    name: 'Leo',
    loginId: 'leo@example.com',
    pin: '314159',
    about: 'May pay at most ¥50 at once and ¥120 a day',
    frozen: false,
    balances: [cny(1_000_000n)],
    bankAccounts: leoAccounts,
    limits: { perPayment: 5_000n, perDay: 12_000n },
  },
]

export interface SeededApp {
  /** Name of its key files. */
  key: string
  name: string
  slogan: string
  merchant: {
    merchantId: string
    name: string
    currencies: string[]
    /** What the wallet keeps of each payment, in hundredths of a percent. */
    feeBasisPoints: number
    /** Where its money is paid out to. */
    bankAccounts: readonly SeededBankAccount[]
  }
  appId: string
  clientId: string
}

export const coffeeShop: SeededApp = {
  key: 'coffee-shop-1',
  name: 'Coffee Shop',
  slogan: 'Coffee, ready when you are',
  merchant: {
    merchantId: '2088201100000001',
    name: 'Coffee Shop',
    currencies: ['CNY'],
    feeBasisPoints: 60,
    bankAccounts: [payOutAccount('coffee-shop', '8001', 'CNY')],
  },
  appId: '2021201000000001',
  clientId: '2021201000000001',
}

/**
 * For integrating: no mini program of its own, and each order says where its notification goes. Without a fee, so that its
 * balance is the sum of its payments.
 */
export const integration: SeededApp = {
  key: 'integration-1',
  name: 'Integration',
  slogan: 'Your own server, against this wallet',
  merchant: {
    merchantId: '2088202100000002',
    name: 'Integration Merchant',
    currencies: ['CNY', 'USD', 'JPY'],
    feeBasisPoints: 0,
    bankAccounts: [
      payOutAccount('integration', '9001', 'CNY'),
      payOutAccount('integration', '9002', 'USD'),
      payOutAccount('integration', '9003', 'JPY'),
    ],
  },
  appId: '2021202000000002',
  clientId: '2021202000000002',
}

/** Everything that the test bank holds. */
export const bankAccounts: readonly SeededBankAccount[] = [
  ...people.flatMap((person) => person.bankAccounts),
  ...[coffeeShop, integration].flatMap((app) => app.merchant.bankAccounts),
]
