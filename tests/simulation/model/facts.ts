/**
 * The state in words, one line for each thing: what the model believes and what the database holds are compared line by line,
 * and a difference can be read.
 */
import { merchants, users, type OrderName } from '../cast.ts'
import { addressOf, isExpired, processing, spentToday, type Book, type BookName, type State } from './state.ts'

/** What is compared: a name and what is so of it. */
export type Facts = Record<string, string>

export const bookLine = ({ posted, coming, going }: Book): string => `${posted}, coming ${coming}, going ${going}`

export const orderLine = (order: {
  state: string
  closeReason: string | null
  sequence: number
  amount: bigint
  fee: bigint
  buyer: string | null
  refunded: bigint
  feeRefunded: bigint
  payer: string | null
  processing: boolean
}): string =>
  `${order.state}${order.closeReason ? `/${order.closeReason}` : ''} #${order.sequence}, amount ${order.amount}, fee ${order.fee}` +
  `${order.buyer ? `, for ${order.buyer}` : ''}${order.payer ? `, paid by ${order.payer}` : ''}` +
  `${order.processing ? ', waits for the bank' : ''}, refunded ${order.refunded}, fee back ${order.feeRefunded}`

export const paymentLine = (payment: {
  user: string
  by: string
  amount: bigint
  state: string
  failure: string | null
  returned: string | null
}): string =>
  `${payment.amount} ${payment.by} by ${payment.user} ${endLine(payment)}${payment.returned ? ` ${payment.returned}` : ''}`

export const refundLine = (refund: {
  order: string
  amount: bigint
  fee: bigint
  by: string
  /** Where its own end is told; null when it named no address. */
  toldAt: string | null
  state: string
  failure: string | null
}): string =>
  `${refund.amount} ${refund.by} of ${refund.order}, fee ${refund.fee}, told at ${refund.toldAt ?? 'no address of its own'}, ${endLine(refund)}`

export const crossingLine = (crossing: {
  amount: bigint
  bank: boolean
  state: string
  failure: string | null
}): string => `${crossing.amount}${crossing.bank ? ' by bank' : ''} ${endLine(crossing)}`

const endLine = ({ state, failure }: { state: string; failure: string | null }): string =>
  `${state}${failure ? `/${failure}` : ''}`

/** The funding of a thing, as far as it is the bank's: everything else of it is in the line of the thing. */
export const fundingLine = (amount: bigint, state: string): string => `${amount} ${state}`

/** What the model believes. */
export function factsOf(state: State): Facts {
  const facts: Facts = {}
  for (const [name, book] of Object.entries(state.books) as [BookName, Book][])
    facts[`balance of ${name}`] = bookLine(book)
  for (const name of users) {
    const { frozen, perPayment, perDay, linked } = state.users[name]
    facts[name] = userLine({ frozen, perPayment, perDay, linked })
    if (perDay !== null) facts[`spent by ${name}`] = String(spentToday(state, name))
  }
  for (const name of merchants)
    facts[name] = merchantLine(state.merchants[name].frozen, state.merchants[name].basisPoints)
  for (const name of Object.keys(state.cancelled) as OrderName[]) facts[`${name} was cancelled`] = 'yes'
  for (const [name, order] of Object.entries(state.orders)) {
    facts[`order ${name}`] = orderLine({
      ...order,
      sequence: 1 + order.events.length,
      payer: order.state === 'PAID' ? order.payments.at(-1)!.user : null,
      processing: processing(order) !== null,
    })
    facts[`payments of ${name}`] = order.payments
      .map((payment) => paymentLine({ ...payment, amount: order.amount }))
      .sort()
      .join('; ')
    order.events.forEach((event, index) => (facts[`event ${name} #${index + 2}`] = event))
    const fundings = order.payments.flatMap((payment) => {
      if (payment.by === 'BALANCE') return []
      const asked = payment.failure !== null && payment.failure !== 'BANK_REFUSED' ? 'SUCCEEDED' : payment.state
      const back = { RETURNING: 'PROCESSING', RETURNED: 'SUCCEEDED', RETURNED_TO_BALANCE: 'FAILED' }
      const returned = payment.returned ? [`RETURN ${fundingLine(order.amount, back[payment.returned])}`] : []
      return [`PAYMENT ${fundingLine(order.amount, asked)}`, ...returned]
    })
    if (fundings.length > 0) facts[`bank about ${name}`] = fundings.sort().join('; ')
  }
  for (const [key, refund] of Object.entries(state.refunds)) {
    facts[`refund ${key}`] = refundLine({ ...refund, toldAt: addressOf(refund) })
    if (refund.by === 'BANK') facts[`bank about REFUND ${key}`] = fundingLine(refund.amount, refund.state)
  }
  for (const [kind, purpose, crossings] of [
    ['top-up', 'TOP_UP', state.topUps],
    ['pay-out', 'PAY_OUT', state.payOuts],
  ] as const) {
    for (const [key, crossing] of Object.entries(crossings)) {
      facts[`${kind} ${key}`] = crossingLine({ ...crossing, bank: crossing.bank !== null })
      if (crossing.bank !== null) facts[`bank about ${purpose} ${key}`] = fundingLine(crossing.amount, crossing.state)
    }
  }
  return facts
}

export const userLine = (user: {
  frozen: boolean
  perPayment: bigint | null
  perDay: bigint | null
  linked: boolean
}): string =>
  `${user.frozen ? 'FROZEN' : 'ACTIVE'}, limits ${user.perPayment ?? 'none'} at once, ${user.perDay ?? 'none'} a day` +
  `, bank account ${user.linked ? 'linked' : 'not linked'}`
export const merchantLine = (frozen: boolean, basisPoints: number): string =>
  `${frozen ? 'FROZEN' : 'ACTIVE'}, ${basisPoints} basis points`

/** Where two lists of facts differ, one line each. `unknown` facts of the second are not compared. */
export function differences(expected: Facts, found: Facts, unknown: (name: string) => boolean): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter((name) => !unknown(name)).sort()
  return names.flatMap((name) =>
    expected[name] === found[name]
      ? []
      : [`${name}: expected ${expected[name] ?? 'nothing'}; found ${found[name] ?? 'nothing'}`],
  )
}

/** What is not finished, in words: at the end there must be none. */
export function unfinished(state: State): string[] {
  return Object.entries(factsOf(state))
    .filter(([, fact]) => /PROCESSING|RETURNING|waits for the bank/.test(fact))
    .map(([name, fact]) => `${name}: ${fact}`)
    .concat(
      Object.entries(state.orders).flatMap(([name, order]) =>
        isExpired(state, order) ? [`${name} has not expired`] : [],
      ),
    )
}
