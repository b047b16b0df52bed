/**
 * What the model believes: small, in memory, without a database. Balances are books of their own, so that the wallet's ledger
 * is held against a second reckoning and not against itself.
 */
import {
  clientOf,
  clients,
  FIRST_BALANCES,
  FIRST_FEES,
  merchants,
  ownAddress,
  TIME_ZONE,
  users,
  type Merchant,
  type OrderName,
  type User,
} from '../cast.ts'

/** Posted, and what waits: `coming` may still arrive, `going` is reserved. */
export interface Book {
  posted: bigint
  coming: bigint
  going: bigint
}
export type BookName = User | Merchant | 'cash' | 'fees' | 'bank-clearing' | 'in-transit'

export interface Payment {
  user: User
  by: 'BALANCE' | 'BANK'
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  failure: string | null
  returned: 'RETURNING' | 'RETURNED' | 'RETURNED_TO_BALANCE' | null
  /** The wallet's day on which it was made. */
  day: string
}
export interface Order {
  amount: bigint
  buyer: User | null
  expiresAt: number
  ownAddress: boolean
  fee: bigint
  state: 'CREATED' | 'PAID' | 'CLOSED'
  closeReason: 'EXPIRED' | 'MERCHANT' | 'CANCELLED' | null
  paidAt: number
  /** The one that is PROCESSING or has SUCCEEDED stands last. */
  payments: Payment[]
  /** Reserved or given back. */
  refunded: bigint
  feeRefunded: bigint
  /** What became of it from its second state on, and whom it is told: one for each sequence number. */
  events: string[]
}
export interface Refund {
  order: OrderName
  amount: bigint
  fee: bigint
  by: 'BALANCE' | 'BANK'
  ownAddress: boolean
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  failure: string | null
}
/** A top-up or a pay-out. */
export interface Crossing {
  amount: bigint
  /** The link it came or went by; null when the wallet gave it. */
  bank: string | null
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  failure: string | null
}
interface UserFacts {
  frozen: boolean
  perPayment: bigint | null
  perDay: bigint | null
  /** Whether the bank account is linked, and for which time: a new link has a new number. */
  linked: boolean
  links: number
}
interface MerchantFacts {
  frozen: boolean
  basisPoints: number
  /** What was so before, and until when: a server may believe it for a few seconds more. */
  past: { until: number; frozen: boolean; basisPoints: number }[]
}

export interface State {
  now: number
  books: Record<BookName, Book>
  users: Record<User, UserFacts>
  merchants: Record<Merchant, MerchantFacts>
  orders: Record<OrderName, Order>
  refunds: Record<string, Refund>
  topUps: Record<string, Crossing>
  payOuts: Record<string, Crossing>
  cancelled: Record<OrderName, true>
}

export function firstState(now: number): State {
  const books = {} as State['books']
  for (const name of [...users, ...merchants, 'cash', 'fees', 'bank-clearing', 'in-transit'] as const) {
    books[name] = { posted: 0n, coming: 0n, going: 0n }
  }
  const state: State = {
    now,
    books,
    users: Object.fromEntries(
      users.map((name) => [name, { frozen: false, perPayment: null, perDay: null, linked: true, links: 1 }]),
    ) as State['users'],
    merchants: Object.fromEntries(
      merchants.map((name) => [name, { frozen: false, basisPoints: FIRST_FEES[name], past: [] }]),
    ) as unknown as State['merchants'],
    orders: {},
    refunds: {},
    topUps: {},
    payOuts: {},
    cancelled: {},
  }
  for (const user of users) {
    const amount = FIRST_BALANCES[user]
    if (amount === 0n) continue
    move(state, 'cash', user, amount)
    state.topUps[`${user}/${user}-first`] = { amount, bank: null, state: 'SUCCEEDED', failure: null }
  }
  return state
}

/** Moves money at once. */
export function move({ books }: State, from: BookName, to: BookName, amount: bigint): void {
  books[from].posted -= amount
  books[to].posted += amount
}
/** Reserves it. */
export function reserve({ books }: State, from: BookName, to: BookName, amount: bigint): void {
  books[from].going += amount
  books[to].coming += amount
}
/** Ends a reservation: moved, or given back. */
export function answer(state: State, from: BookName, to: BookName, amount: bigint, moved: boolean): void {
  reserve(state, from, to, -amount)
  if (moved) move(state, from, to, amount)
}
export const available = ({ books }: State, name: BookName): bigint => books[name].posted - books[name].going

/** Unpaid and past its time: closed for everybody, whether or not that is written down yet. */
export const isExpired = (state: State, { state: of, expiresAt }: Order): boolean =>
  of === 'CREATED' && expiresAt <= state.now

/** The payment that waits for the bank, or null. */
export function processing({ payments }: Order): Payment | null {
  const last = payments.at(-1)
  return last?.state === 'PROCESSING' ? last : null
}
export const payerOf = ({ payments }: Order): Payment => payments.at(-1)!

const days = new Intl.DateTimeFormat('en-CA', { timeZone: TIME_ZONE })
/** The wallet's day, yyyy-MM-dd. */
export const today = ({ now }: Pick<State, 'now'>): string => days.format(new Date(now))

/** What a user has paid today, or is paying. */
export function spentToday(state: State, user: User): bigint {
  const day = today(state)
  return Object.values(state.orders)
    .flatMap(({ amount, payments }) => payments.map((payment) => ({ amount, ...payment })))
    .filter((payment) => payment.user === user && payment.day === day && payment.state !== 'FAILED')
    .reduce((sum, { amount }) => sum + amount, 0n)
}

/** The address that a refund names for its own end, or null. */
export const addressOf = ({ order, ownAddress: named }: Pick<Refund, 'order' | 'ownAddress'>): string | null =>
  named ? ownAddress(clientOf(order), 'refunds') : null

/** Writes down what a merchant is to know of an order, and where: the order moves by one in its sequence. */
export function tell(state: State, name: OrderName, type: string, refund: Refund | null = null): void {
  const order = state.orders[name]!
  const client = clients[clientOf(name)]
  const alipay = client.family === 'ALIPAY'
  const announced = type === 'ORDER_CLOSED' || (alipay && type === 'REFUND_FAILED') ? false : true
  const named = refund ? addressOf(refund) : null
  const ofOrder = order.ownAddress ? ownAddress(clientOf(name), 'orders') : client.notifyUrl
  const address = refund && !alipay ? named : (named ?? ofOrder)
  const succeeded = Object.values(state.refunds).filter((other) => other.order === name && other.state === 'SUCCEEDED')
  const inAll = succeeded.reduce((sum, other) => sum + other.amount, 0n)
  const about = refund ? ` of ${refund.amount}, ${inAll} in all,` : ''
  order.events.push(`${type}${about} to ${announced ? (address ?? 'nobody') : 'nobody'}`)
}
