/**
 * The states that things of money can be in. Transitions are tables, pure, with a sentence for every state;
 * rooms may move a row only along them.
 */

/** What can happen to an order between "please pay" and "paid" or "closed". */
export const orderTransitions = {
  /** Waiting for the user. Ends by a payment, by the merchant closing it, or by time. */
  CREATED: { pay: 'PAID', close: 'CLOSED', expire: 'CLOSED' },
  /** Money has moved. Refunds are records of their own and leave the order paid. */
  PAID: {},
  /** Nothing was paid and nothing can be. */
  CLOSED: {},
} as const
export type OrderState = keyof typeof orderTransitions

/** Why an order was closed. */
export type CloseReason = 'EXPIRED' | 'MERCHANT' | 'CANCELLED'

/** A user paying an order. */
export const paymentTransitions = {
  /** The money is asked for from a channel that has not answered yet. */
  PROCESSING: { succeed: 'SUCCEEDED', fail: 'FAILED' },
  /** The money has arrived at the merchant. */
  SUCCEEDED: {},
  /** The money did not move and will not. */
  FAILED: {},
} as const
export type PaymentState = keyof typeof paymentTransitions

/** Giving back all or part of a payment. */
export const refundTransitions = {
  /** The merchant's money is reserved; the payer's bank has not answered yet. */
  PROCESSING: { succeed: 'SUCCEEDED', fail: 'FAILED' },
  /** The payer has the money again. */
  SUCCEEDED: {},
  /** The payer's bank does not take it; the merchant has the money again. */
  FAILED: {},
} as const
export type RefundState = keyof typeof refundTransitions

/** What was asked of the bank: to collect from an account, or to pay to one. */
export const fundingTransitions = {
  /** Not asked yet, or no final answer: it is inquired with growing pauses, for as long as it takes. */
  PROCESSING: { succeed: 'SUCCEEDED', fail: 'FAILED' },
  /** The bank has moved the money. */
  SUCCEEDED: {},
  /** The bank has not moved it and will not. */
  FAILED: {},
} as const
export type FundingState = keyof typeof fundingTransitions

/** What the wallet has to tell a merchant. */
export const notificationTransitions = {
  /** To be sent, now or at its next due time. */
  DUE: { acknowledge: 'DELIVERED', giveUp: 'GIVEN_UP' },
  /** The merchant acknowledged it. */
  DELIVERED: {},
  /** The schedule is used up, or there is no address to send it to. It may still be sent by hand. */
  GIVEN_UP: { acknowledge: 'DELIVERED' },
} as const
export type NotificationState = keyof typeof notificationTransitions

/** The two families of merchant APIs. Both reach the same orders. */
export type ApiFamily = 'SUPERAPP' | 'ALIPAY'

/** What can happen to an order that its merchant is to know, each with a sequence number of its own. */
export type OrderEventType = 'ORDER_PAID' | 'ORDER_CLOSED' | 'ORDER_REFUNDED' | 'REFUND_FAILED'

/**
 * Which events a family of merchant APIs has a message for. The others are written down and never sent: an unexpected
 * message would be refused by the merchant's handler and retried for a day.
 * Source: superapp-payment-api §7, alipay-openapi §9.
 */
export const announced: Record<ApiFamily, Record<OrderEventType, boolean>> = {
  SUPERAPP: { ORDER_PAID: true, ORDER_CLOSED: false, ORDER_REFUNDED: true, REFUND_FAILED: true },
  ALIPAY: { ORDER_PAID: true, ORDER_CLOSED: false, ORDER_REFUNDED: true, REFUND_FAILED: false },
}
