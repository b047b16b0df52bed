/**
 * An order as pages show it: texts, and what can be done with it.
 */
import { formatCount, formatPrice, formatTime } from './format'
import { pictureOf } from './menu'

const STATES = {
  PENDING: { label: 'To pay', tone: 'open' },
  PAYABLE: { label: 'To pay', tone: 'open' },
  PAID: { label: 'Paid', tone: 'good' },
  CLOSED: { label: 'Closed', tone: 'quiet' },
}

export function describeOrder(order) {
  const state = STATES[order.state]
  const count = order.items.reduce((sum, item) => sum + item.quantity, 0)
  return {
    ...order,
    stateLabel: state.label,
    tone: state.tone,
    canPay: order.state === 'PENDING' || order.state === 'PAYABLE',
    totalText: formatPrice(order.amount),
    countText: formatCount(count),
    summary: order.items.map((item) => (item.quantity > 1 ? `${item.quantity} × ${item.name}` : item.name)).join(', '),
    createdText: formatTime(order.createdAt),
    expiresText: formatTime(order.expiresAt),
    paidText: order.paidAt ? formatTime(order.paidAt) : '',
    items: order.items.map((item) => ({
      ...item,
      picture: pictureOf(item.image),
      priceText: formatPrice(item.unitPrice),
      sumText: formatPrice(item.unitPrice * item.quantity),
    })),
  }
}
