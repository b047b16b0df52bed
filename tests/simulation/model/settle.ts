/**
 * What happens without being called: the bank's answer ends a payment, a refund, a top-up, a pay-out or a return, and time
 * ends an order.
 */
import { clientOf, clients, type Merchant, type OrderName, type User } from '../cast.ts'
import { becomeClosed, becomePaid } from './judge.ts'
import { answer, isExpired, move, processing, tell, type State } from './state.ts'

export type Settling =
  { purpose: 'PAYMENT' | 'RETURN'; key: OrderName } | { purpose: 'REFUND' | 'TOP_UP' | 'PAY_OUT'; key: string }
export type Ending = { do: 'settle'; settling: Settling; failure: string | null } | { do: 'expire'; order: OrderName }

/** Changes the state; false when there is nothing that could end so. */
export function end(state: State, ending: Ending): boolean {
  if (ending.do === 'expire') {
    const order = state.orders[ending.order]
    if (!order || !isExpired(state, order)) return false
    becomeClosed(state, ending.order, 'EXPIRED')
    return true
  }
  const { settling, failure } = ending
  switch (settling.purpose) {
    case 'PAYMENT':
      return endPayment(state, settling.key, failure)
    case 'RETURN':
      return endReturn(state, settling.key, failure)
    case 'REFUND':
      return endRefund(state, settling.key, failure)
    case 'TOP_UP':
      return endTopUp(state, settling.key, failure)
    case 'PAY_OUT':
      return endPayOut(state, settling.key, failure)
  }
}

function endPayment(state: State, name: OrderName, failure: string | null): boolean {
  const order = state.orders[name]
  const payment = order && processing(order)
  if (!order || !payment) return false
  const came = failure === null
  answer(state, 'bank-clearing', 'in-transit', order.amount, came)
  if (came && order.state === 'CREATED' && !isExpired(state, order)) {
    payment.state = 'SUCCEEDED'
    becomePaid(state, name)
    return true
  }
  payment.state = 'FAILED'
  payment.failure = 'BANK_REFUSED'
  if (!came) return true
  // Late money goes back.
  payment.failure = isExpired(state, order) || order.closeReason === 'EXPIRED' ? 'ORDER_EXPIRED' : 'ORDER_CLOSED'
  payment.returned = 'RETURNING'
  state.books['in-transit'].going += order.amount
  state.books['bank-clearing'].coming += order.amount
  return true
}

function endReturn(state: State, name: OrderName, failure: string | null): boolean {
  const order = state.orders[name]
  const payment = order?.payments.at(-1)
  if (!order || payment?.returned !== 'RETURNING') return false
  answer(state, 'in-transit', 'bank-clearing', order.amount, failure === null)
  if (failure !== null) move(state, 'in-transit', payment.user, order.amount)
  payment.returned = failure === null ? 'RETURNED' : 'RETURNED_TO_BALANCE'
  return true
}

function endRefund(state: State, key: string, failure: string | null): boolean {
  const refund = state.refunds[key]
  if (refund?.state !== 'PROCESSING') return false
  const order = state.orders[refund.order]!
  const { merchant } = clients[clientOf(refund.order)]
  const went = failure === null
  answer(state, merchant, 'in-transit', refund.amount, went)
  answer(state, 'in-transit', 'bank-clearing', refund.amount, went)
  refund.state = went ? 'SUCCEEDED' : 'FAILED'
  if (!went) {
    refund.failure = 'BANK_REFUSED'
    move(state, merchant, 'fees', refund.fee)
    order.refunded -= refund.amount
    order.feeRefunded -= refund.fee
  }
  tell(state, refund.order, went ? 'ORDER_REFUNDED' : 'REFUND_FAILED', refund)
  return true
}

function endTopUp(state: State, key: string, failure: string | null): boolean {
  const topUp = state.topUps[key]
  if (topUp?.state !== 'PROCESSING') return false
  answer(state, 'bank-clearing', key.split('/')[0] as User, topUp.amount, failure === null)
  topUp.state = failure === null ? 'SUCCEEDED' : 'FAILED'
  topUp.failure = failure
  return true
}

function endPayOut(state: State, key: string, failure: string | null): boolean {
  const payOut = state.payOuts[key]
  if (payOut?.state !== 'PROCESSING') return false
  answer(state, key.split('/')[0] as Merchant, 'bank-clearing', payOut.amount, failure === null)
  payOut.state = failure === null ? 'SUCCEEDED' : 'FAILED'
  payOut.failure = failure
  return true
}
