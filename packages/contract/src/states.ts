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

/** What the wallet has to tell a merchant. */
export const notificationTransitions = {
  /** To be sent, now or at its next due time. */
  DUE: { acknowledge: 'DELIVERED', giveUp: 'GIVEN_UP' },
  /** The merchant acknowledged it. */
  DELIVERED: {},
  /** The schedule is used up, or there is no address to send it to. */
  GIVEN_UP: {},
} as const
export type NotificationState = keyof typeof notificationTransitions

/** The two families of merchant APIs. Both reach the same orders. */
export type ApiFamily = 'SUPERAPP' | 'ALIPAY'
