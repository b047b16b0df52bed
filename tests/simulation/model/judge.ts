/**
 * What may be answered to a call, and what it changes. A refusal is allowed when what it says is true: which of several true
 * ones is told first is the wallet's business. A call that nothing forbids must be granted.
 */
import { clientOf, clients, merchants, type Merchant, type OrderName, type User } from '../cast.ts'
import { refundScopeOf, type Call, type CallOf } from '../steps.ts'
import {
  available,
  isExpired,
  move,
  payerOf,
  processing,
  reserve,
  spentToday,
  tell,
  today,
  type Crossing,
  type Order,
  type Refund,
  type State,
} from './state.ts'

/** One thing that may happen; without `change` nothing does. */
export interface Option {
  code: string
  change?: (state: State) => void
}

/** How long a server believes what it has read of a merchant. Milliseconds. */
const REMEMBERED_MS = 3_000
/** How long after the payment an order can be refunded. Milliseconds. */
export const REFUND_WINDOW_MS = 7 * 24 * 3_600_000
/** How long an order can be paid whose merchant did not say. Milliseconds. */
export const ORDER_EXPIRY_MS = 3_600_000

/** Everything that may happen to a call in this state. */
export function judge(state: State, call: Call): Option[] {
  switch (call.do) {
    case 'create':
      return create(state, call)
    case 'confirm':
      return confirm(state, call)
    case 'close':
      return close(state, call)
    case 'cancel':
      return cancel(state, call)
    case 'refund':
      return refund(state, call)
    case 'top-up':
    case 'give':
      return topUp(state, call)
    case 'pay-out':
      return payOut(state, call)
    case 'inquire': {
      const order = state.orders[call.order]
      return [{ code: order ? (isExpired(state, order) ? 'CLOSED' : order.state) : 'ORDER_NOT_FOUND' }]
    }
    case 'freeze':
      return [{ code: 'DONE', change: (after) => freeze(after, call) }]
    case 'limit':
      return [{ code: 'DONE', change: ({ users }) => void Object.assign(users[call.user], limitsOf(call)) }]
    case 'link':
      return [{ code: 'DONE', change: ({ users }) => link(users[call.user], call.linked) }]
    case 'fee':
      return [
        { code: 'DONE', change: (after) => changeMerchant(after, call.merchant, { basisPoints: call.basisPoints }) },
      ]
    default:
      // What a worker does is told by the orders and fundings that have ended.
      return [{ code: 'DONE' }]
  }
}

/** Refusals that are true; or, when there are none, what must happen then. */
const unless = (refusals: (string | false | null | undefined)[], granted: Option[]): Option[] => {
  const told = refusals.filter((code) => typeof code === 'string').map((code) => ({ code }))
  return told.length > 0 ? told : granted
}

function create(state: State, call: CallOf<'create'>): Option[] {
  const existing = state.orders[call.order]
  if (existing) return [{ code: existing.amount === BigInt(call.amount) ? 'EXISTS' : 'ORDER_INCONSISTENT' }]
  const { merchant } = clients[clientOf(call.order)]
  const seen = believed(state, merchant)
  const refusals = [
    state.cancelled[call.order] && 'ORDER_CANCELLED',
    call.currency !== 'CNY' && 'CURRENCY_NOT_SUPPORTED',
  ]
  const granted = seen
    .filter(({ frozen }) => !frozen)
    .map(({ basisPoints }) => ({ code: 'CREATED', change: (after: State) => addOrder(after, call, basisPoints) }))
  const frozen = seen.some((facts) => facts.frozen) ? [{ code: 'MERCHANT_FROZEN' }] : []
  return [...unless(refusals, granted), ...frozen]
}

function addOrder(state: State, call: CallOf<'create'>, basisPoints: number): void {
  const amount = BigInt(call.amount)
  state.orders[call.order] = {
    amount,
    buyer: call.buyer,
    expiresAt: state.now + (call.expiresIn === null ? ORDER_EXPIRY_MS : call.expiresIn * 1000),
    ownAddress: call.ownAddress,
    fee: halfUp(amount * BigInt(basisPoints), 10_000n),
    state: 'CREATED',
    closeReason: null,
    paidAt: 0,
    payments: [],
    refunded: 0n,
    feeRefunded: 0n,
    events: [],
  }
}

function confirm(state: State, call: CallOf<'confirm'>): Option[] {
  const order = state.orders[call.order]
  if (!order) return [{ code: 'ORDER_NOT_FOUND' }]
  const waiting = processing(order)
  const refusals = [
    order.buyer !== null && order.buyer !== call.user && 'ORDER_BUYER_MISMATCH',
    order.state === 'PAID' && payerOf(order).user !== call.user && 'ORDER_PAID',
    order.state === 'CLOSED' && (order.closeReason === 'EXPIRED' ? 'ORDER_EXPIRED' : 'ORDER_CLOSED'),
    isExpired(state, order) && 'ORDER_EXPIRED',
    waiting && 'PAYMENT_PROCESSING',
    BigInt(call.amount) !== order.amount && 'AMOUNT_MISMATCH',
    !call.pin && 'PIN_WRONG',
    call.by === 'BANK' && !isOwnLink(state, call) && 'BANK_ACCOUNT_NOT_FOUND',
  ]
  const told = unless(refusals, [])
  // Repeated, it answers its first result: whether the order can still be paid is another question.
  if (order.state === 'PAID' && payerOf(order).user === call.user) return [{ code: 'SUCCEEDED' }, ...told]
  if (waiting?.user === call.user) return [{ code: 'PROCESSING' }, ...told]

  const user = state.users[call.user]
  const tooMuch = (limit: bigint | null, amount: bigint): boolean => limit !== null && amount > limit
  return unless(
    [
      ...told.map(({ code }) => code),
      user.frozen && 'USER_FROZEN',
      state.merchants[clients[clientOf(call.order)].merchant].frozen && 'MERCHANT_FROZEN',
      tooMuch(user.perPayment, order.amount) && 'PAYMENT_LIMIT_EXCEEDED',
      tooMuch(user.perDay, spentToday(state, call.user) + order.amount) && 'DAY_LIMIT_EXCEEDED',
      call.by === 'BALANCE' && available(state, call.user) < order.amount && 'BALANCE_NOT_ENOUGH',
    ],
    [
      call.by === 'BALANCE'
        ? { code: 'SUCCEEDED', change: (after) => payFromBalance(after, call) }
        : { code: 'PROCESSING', change: (after) => payFromBank(after, call) },
    ],
  )
}

const newPayment = (state: State, { user, by }: CallOf<'confirm'>): Order['payments'][number] => ({
  user,
  by,
  state: by === 'BALANCE' ? 'SUCCEEDED' : 'PROCESSING',
  failure: null,
  returned: null,
  day: today(state),
})

function payFromBalance(state: State, call: CallOf<'confirm'>): void {
  const order = state.orders[call.order]!
  move(state, call.user, 'in-transit', order.amount)
  order.payments.push(newPayment(state, call))
  becomePaid(state, call.order)
}

function payFromBank(state: State, call: CallOf<'confirm'>): void {
  const order = state.orders[call.order]!
  reserve(state, 'bank-clearing', 'in-transit', order.amount)
  order.payments.push(newPayment(state, call))
}

/** The money is in transit: it reaches the merchant, less the fee. */
export function becomePaid(state: State, name: OrderName): void {
  const order = state.orders[name]!
  const { merchant } = clients[clientOf(name)]
  move(state, 'in-transit', merchant, order.amount)
  move(state, merchant, 'fees', order.fee)
  order.state = 'PAID'
  order.paidAt = state.now
  tell(state, name, 'ORDER_PAID')
}

export function becomeClosed(state: State, name: OrderName, reason: Order['closeReason']): void {
  const order = state.orders[name]!
  order.state = 'CLOSED'
  order.closeReason = reason
  tell(state, name, 'ORDER_CLOSED')
}

function close(state: State, { order: name }: CallOf<'close'>): Option[] {
  const order = state.orders[name]
  if (!order) return [{ code: 'ORDER_NOT_FOUND' }]
  if (order.state === 'PAID') return [{ code: 'ORDER_PAID' }]
  if (order.state === 'CLOSED' || isExpired(state, order)) return [{ code: 'CLOSED' }]
  return [{ code: 'CLOSED', change: (after) => becomeClosed(after, name, 'MERCHANT') }]
}

/** The number of the refund that a cancel makes, in the model. */
export const cancelKey = (order: OrderName): string => `${order} cancelled`

function cancel(state: State, { order: name, named }: CallOf<'cancel'>): Option[] {
  const order = state.orders[name]
  if (!order) {
    if (named === 'OURS') return [{ code: 'ORDER_NOT_FOUND' }]
    return [{ code: 'REMEMBERED', change: ({ cancelled }) => void (cancelled[name] = true) }]
  }
  if (order.closeReason === 'CANCELLED') return [{ code: 'CLOSED' }]
  if (order.state === 'CLOSED' || isExpired(state, order)) return [{ code: 'ALREADY_CLOSED' }]
  if (order.state === 'CREATED') return [{ code: 'CLOSED', change: (after) => becomeClosed(after, name, 'CANCELLED') }]
  // The number of a cancel has one effect, like every number: also when the bank has not taken that refund.
  if (state.refunds[cancelKey(name)]) return [{ code: 'REFUNDED' }]
  return unless(
    [order.refunded > 0n && 'ORDER_REFUNDED', ...refundRefusals(state, name, order.amount)],
    [{ code: 'REFUNDED', change: (after) => addRefund(after, name, cancelKey(name), order.amount, false) }],
  )
}

/** Inside of what a merchant's refund number is unique. */
export const refundKey = (order: OrderName, number: string): string =>
  `${refundScopeOf(order) === 'CLIENT' ? clientOf(order) : order}|${number}`

function refund(state: State, call: CallOf<'refund'>): Option[] {
  const order = state.orders[call.order]
  if (!order) return [{ code: 'ORDER_NOT_FOUND' }]
  const amount = BigInt(call.amount)
  const key = refundKey(call.order, call.number)
  const first = state.refunds[key]
  if (first)
    return [{ code: first.order === call.order && first.amount === amount ? first.state : 'REFUND_INCONSISTENT' }]
  const by = order.state === 'PAID' ? payerOf(order).by : 'BALANCE'
  return unless(
    [
      order.state === 'CREATED' && !isExpired(state, order) && 'ORDER_NOT_PAID',
      (order.state === 'CLOSED' || isExpired(state, order)) && 'ORDER_CLOSED',
      ...(order.state === 'PAID' ? refundRefusals(state, call.order, amount) : []),
    ],
    [
      {
        code: by === 'BALANCE' ? 'SUCCEEDED' : 'PROCESSING',
        change: (after) => addRefund(after, call.order, key, amount, call.ownAddress),
      },
    ],
  )
}

function refundRefusals(state: State, name: OrderName, amount: bigint): (string | false)[] {
  const order = state.orders[name]!
  const { merchant } = clients[clientOf(name)]
  return [
    order.refunded + amount > order.amount && 'REFUND_EXCEEDS_PAYMENT',
    state.now - order.paidAt >= REFUND_WINDOW_MS && 'REFUND_WINDOW_OVER',
    state.merchants[merchant].frozen && 'MERCHANT_FROZEN',
    available(state, merchant) + feeBack(order, amount) < amount && 'MERCHANT_BALANCE_NOT_ENOUGH',
  ]
}

/** So much of the fee that all that went back is in proportion to all that was refunded; never more than the refund itself. */
function feeBack({ amount: whole, fee, refunded, feeRefunded }: Order, amount: bigint): bigint {
  const due = halfUp(fee * (refunded + amount), whole) - feeRefunded
  return due < 0n ? 0n : due > amount ? amount : due
}

function addRefund(state: State, name: OrderName, key: string, amount: bigint, ownAddress: boolean): void {
  const order = state.orders[name]!
  const { merchant } = clients[clientOf(name)]
  const { user, by } = payerOf(order)
  const fee = feeBack(order, amount)
  const made: Refund = { order: name, amount, fee, by, ownAddress, state: 'PROCESSING', failure: null }
  state.refunds[key] = made
  order.refunded += amount
  order.feeRefunded += fee
  move(state, 'fees', merchant, fee)
  if (by === 'BALANCE') {
    move(state, merchant, 'in-transit', amount)
    move(state, 'in-transit', user, amount)
    made.state = 'SUCCEEDED'
    tell(state, name, 'ORDER_REFUNDED', made)
  } else {
    reserve(state, merchant, 'in-transit', amount)
    reserve(state, 'in-transit', 'bank-clearing', amount)
  }
}

function topUp(state: State, call: CallOf<'top-up' | 'give'>): Option[] {
  const key = `${call.user}/${call.number}`
  const wanted = { amount: BigInt(call.amount), bank: call.do === 'give' ? null : linkOf(state, call.from) }
  const first = state.topUps[key]
  if (first) return [{ code: isSame(first, wanted) ? first.state : 'TOP_UP_INCONSISTENT' }]
  if (call.do === 'give') {
    return [
      {
        code: 'SUCCEEDED',
        change: (after) => {
          move(after, 'cash', call.user, wanted.amount)
          after.topUps[key] = { ...wanted, state: 'SUCCEEDED', failure: null }
        },
      },
    ]
  }
  return unless(
    [!isOwnLink(state, call) && 'BANK_ACCOUNT_NOT_FOUND'],
    [
      {
        code: 'PROCESSING',
        change: (after) => {
          reserve(after, 'bank-clearing', call.user, wanted.amount)
          after.topUps[key] = { ...wanted, state: 'PROCESSING', failure: null }
        },
      },
    ],
  )
}

function payOut(state: State, { merchant, number, amount: minor }: CallOf<'pay-out'>): Option[] {
  const key = `${merchant}/${number}`
  const wanted = { amount: BigInt(minor), bank: merchant }
  const first = state.payOuts[key]
  if (first) return [{ code: isSame(first, wanted) ? first.state : 'PAY_OUT_INCONSISTENT' }]
  const stale = believed(state, merchant).some(({ frozen }) => frozen) ? [{ code: 'MERCHANT_FROZEN' }] : []
  return [
    ...stale,
    ...unless(
      [
        state.merchants[merchant].frozen && 'MERCHANT_FROZEN',
        available(state, merchant) < wanted.amount && 'MERCHANT_BALANCE_NOT_ENOUGH',
      ],
      [
        {
          code: 'PROCESSING',
          change: (after) => {
            reserve(after, merchant, 'bank-clearing', wanted.amount)
            after.payOuts[key] = { ...wanted, state: 'PROCESSING', failure: null }
          },
        },
      ],
    ),
  ]
}

const linkOf = ({ users }: State, user: User): string => `${user} #${users[user].links}`
const isOwnLink = ({ users }: State, { user, from }: { user: User; from: User }): boolean =>
  from === user && users[user].linked

function link(user: State['users'][User], linked: boolean): void {
  if (linked && !user.linked) user.links++
  user.linked = linked
}

const isSame = (first: Crossing, again: Pick<Crossing, 'amount' | 'bank'>): boolean =>
  first.amount === again.amount && first.bank === again.bank

function freeze(state: State, { who, frozen }: CallOf<'freeze'>): void {
  if (isMerchant(who)) changeMerchant(state, who, { frozen })
  else state.users[who].frozen = frozen
}
const isMerchant = (who: string): who is Merchant => (merchants as readonly string[]).includes(who)

function changeMerchant(state: State, name: Merchant, to: { frozen?: boolean; basisPoints?: number }): void {
  const { past, ...facts } = state.merchants[name]
  const kept = past.filter(({ until }) => state.now - until <= REMEMBERED_MS)
  state.merchants[name] = { ...facts, ...to, past: [...kept, { ...facts, until: state.now }] }
}
/** What a server may believe of a merchant: what is so, and what was so until a moment ago. */
function believed(state: State, name: Merchant): { frozen: boolean; basisPoints: number }[] {
  const { past, ...now } = state.merchants[name]
  return [now, ...past.filter(({ until }) => state.now - until <= REMEMBERED_MS)]
}

const limitsOf = ({ perPayment, perDay }: CallOf<'limit'>): { perPayment: bigint | null; perDay: bigint | null } => ({
  perPayment: perPayment === null ? null : BigInt(perPayment),
  perDay: perDay === null ? null : BigInt(perDay),
})

/** Half of a unit counts as a whole one. */
const halfUp = (dividend: bigint, divisor: bigint): bigint => (2n * dividend + divisor) / (2n * divisor)
