/**
 * Who and what is in the seeded world: fixed, readable numbers, so that a test can name them. Ids carry their bucket
 * (digits 5 to 7).
 */
import type { Money } from '@tradepay/money'

export interface Person {
  userId: string
  name: string
  loginId: string
  pin: string
  /** One line for the list of people in the wallet app. */
  about: string
  frozen: boolean
  balances: Money[]
}

const cny = (minor: bigint): Money => ({ currency: 'CNY', minor })

/** The rich one first: sandbox.json promises it. */
export const people: readonly Person[] = [
  {
    userId: '2088101000000001',
    name: 'Mei',
    loginId: 'mei@example.com',
    pin: '246810',
    about: 'Has plenty of money',
    frozen: false,
    balances: [cny(100_000_000n), { currency: 'USD', minor: 10_000_000n }, { currency: 'JPY', minor: 10_000_000n }],
  },
  {
    userId: '2088102000000002',
    name: 'Sam',
    loginId: 'sam@example.com',
    pin: '135790',
    about: 'Nearly out of money',
    frozen: false,
    balances: [cny(250n)],
  },
  {
    userId: '2088103000000003',
    name: 'Ana',
    loginId: 'ana@example.com',
    pin: '112358',
    about: 'Account frozen',
    frozen: true,
    balances: [cny(50_000n)],
  },
]

export interface SeededApp {
  /** Name of its key files. */
  key: string
  name: string
  slogan: string
  merchant: { merchantId: string; name: string; currencies: string[] }
  appId: string
  clientId: string
}

export const coffeeShop: SeededApp = {
  key: 'coffee-shop-1',
  name: 'Coffee Shop',
  slogan: 'Coffee, ready when you are',
  merchant: { merchantId: '2088201100000001', name: 'Coffee Shop', currencies: ['CNY'] },
  appId: '2021201000000001',
  clientId: '2021201000000001',
}

/** For integrating: no mini program of its own, and each order says where its notification goes. */
export const integration: SeededApp = {
  key: 'integration-1',
  name: 'Integration',
  slogan: 'Your own server, against this wallet',
  merchant: { merchantId: '2088202100000002', name: 'Integration Merchant', currencies: ['CNY', 'USD', 'JPY'] },
  appId: '2021202000000002',
  clientId: '2021202000000002',
}
