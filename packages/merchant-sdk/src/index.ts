/**
 * What a merchant's server needs of the wallet: orders, refunds, statements, users, and hearing what became of them.
 *
 * Steps 4, 7 and 18 of the flow. Every answer and notification is verified over its raw bytes before it is read. Two API
 * families, one language: `TradePayClient` with `notificationHandler` speaks the super-app family's, `AlipayClient` with
 * `alipayNotificationHandler` the Alipay family's.
 */
export { TradePayClient } from './client/superapp-client.ts'
export { AlipayClient } from './client/alipay-client.ts'
export type { MerchantClient } from './client/merchant-client.ts'
export type { TradePayClientOptions } from './client/options.ts'
export type {
  CancelledOrder,
  ClosedOrder,
  CreatedOrder,
  CreateOrder,
  FinalOrder,
  InquiredOrder,
  OrderNumber,
  PaymentState,
  WaitOptions,
} from './client/order-types.ts'
export type { CreateRefund, Refund, RefundNumber, RefundState } from './client/refund-types.ts'
export type { User, UserTokens } from './client/user-types.ts'
export { TradePayError, isUnknown, type Reason } from './errors.ts'
export type { Clock, Timer } from './clock.ts'
export type { RawHeaders } from './verify-message.ts'
export type { WalletPublicKey } from './wallet-keys.ts'

export { parseStatement, StatementUnreadable, type ParseStatementOptions } from './statement/parse.ts'
export type { Statement, StatementKind, StatementRequest, StatementRow, StatementTotal } from './statement/types.ts'

export { notificationHandler, type NotificationOptions } from './notification/superapp-notification.ts'
export { alipayNotificationHandler, type AlipayNotificationOptions } from './notification/alipay-notification.ts'
export {
  NotificationRefused,
  type Notification,
  type NotificationHandler,
  type NotificationListeners,
  type PaymentNotification,
  type RawAnswer,
  type RawRequest,
  type RefundNotification,
  type Refusal,
} from './notification/types.ts'
export type { Listener } from './notification/listeners.ts'
export {
  notificationInbox,
  type Applied,
  type Inbox,
  type InboxOptions,
  type InboxStore,
} from './notification/inbox.ts'
export { memoryInboxStore } from './notification/memory-inbox-store.ts'
export { nodeHandler } from './notification/node.ts'
export { expressHandler } from './notification/express.ts'
export { fastifyPlugin } from './notification/fastify.ts'
export { honoHandler } from './notification/hono.ts'
export { fetchHandler } from './notification/fetch.ts'
export { BodyAlreadyParsed } from './notification/body-parsed.ts'

export {
  signSampleNotification,
  type SampleNotification,
  type SampleRefund,
  type SignedSample,
} from './testing/sample-notification.ts'
export { fakeClock, type FakeClock } from './testing/fake-clock.ts'
export { KeyError } from '@tradepay/signature'
export { formatDecimal, formatMoney, money, parseDecimal, MoneyError, type Currency, type Money } from '@tradepay/money'
