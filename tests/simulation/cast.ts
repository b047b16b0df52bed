/**
 * Who plays: three users, two merchants with three clients, and everybody's bank account. The names are what steps, the
 * model and the printed replays speak of; numbers of the wallet are bound to them when the world is made.
 */
import type { ApiFamily } from '@tradepay/contract'

export const CURRENCY = 'CNY'
/** Of the wallet's day. */
export const TIME_ZONE = 'Asia/Shanghai'

export const users = ['Mei', 'Bo', 'Ana'] as const
export type User = (typeof users)[number]

export const merchants = ['Cafe', 'Books'] as const
export type Merchant = (typeof merchants)[number]

/** `notifyUrl` is the client's own address; `mute` has none, so what it is to know stays in the wallet. */
export const clients = {
  cafe: { merchant: 'Cafe', family: 'SUPERAPP', notifyUrl: 'https://cafe.example/own' },
  mute: { merchant: 'Cafe', family: 'SUPERAPP', notifyUrl: null },
  books: { merchant: 'Books', family: 'ALIPAY', notifyUrl: 'https://books.example/own' },
} as const satisfies Record<string, { merchant: Merchant; family: ApiFamily; notifyUrl: string | null }>
export type Client = keyof typeof clients
export const clientNames = Object.keys(clients) as Client[]

/** An order by its client and the merchant's own number: "cafe/o1". Whether there is such an order is another question. */
export type OrderName = `${Client}/${string}`
export const clientOf = (order: OrderName): Client => order.split('/')[0] as Client
export const requestIdOf = (order: OrderName): string => order.split('/')[1]!

/** What is in a bank account at the beginning. Smallest units. */
export const BANK_BALANCE = 30_000n
/** What a user has in the wallet at the beginning. Smallest units. */
export const FIRST_BALANCES: Readonly<Record<User, bigint>> = { Mei: 50_000n, Bo: 5_000n, Ana: 0n }
export const FIRST_FEES: Readonly<Record<Merchant, number>> = { Cafe: 60, Books: 0 }
/** Where an order or refund of a client wants its notifications when it names an address of its own. */
export const ownAddress = (client: Client, what: 'orders' | 'refunds'): string => `https://${client}.example/${what}`
