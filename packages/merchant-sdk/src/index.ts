/**
 * What a merchant's server needs of the wallet: create an order, inquire it, and hear that it was paid.
 *
 * Steps 4, 7 and 18 of the flow. Every answer and notification is verified over its raw bytes before it is read.
 */
export { TradePayClient, type TradePayClientOptions } from './client/superapp-client.ts'
export type { CreateOrder, CreatedOrder, InquireOrder, InquiredOrder, PaymentState } from './client/types.ts'
export { TradePayError, isUnknown } from './errors.ts'
export type { Clock } from './clock.ts'
export type { WalletPublicKey } from './wallet-keys.ts'
export {
  notificationHandler,
  NotificationRefused,
  type NotificationHandler,
  type NotificationOptions,
  type PaymentNotification,
  type RawAnswer,
  type RawRequest,
} from './notification/superapp-notification.ts'
export { nodeHandler } from './notification/node.ts'
export { expressHandler } from './notification/express.ts'
export { fastifyPlugin } from './notification/fastify.ts'
export { signSampleNotification, type SampleNotification } from './testing/sample-notification.ts'
export { formatDecimal, money, parseDecimal, type Money } from '@tradepay/money'
