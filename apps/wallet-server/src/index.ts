/**
 * The wallet server for those who compose it (apps/sandbox, apps/tradepay) and for nobody else: everybody else speaks
 * HTTP to it.
 */
export {
  buildServer,
  walletRooms,
  type BuildOptions,
  type Deps,
  type Rooms,
  type WalletServer,
} from './build-server.ts'
export { createRooms } from './create-rooms.ts'
export { createPool } from './db/pool.ts'
export { migrate } from './db/migrate.ts'
export { verify, type VerifyReport } from './verify/verify.ts'
export { compare } from './statement/compare.ts'
export { statementCsv, statementJson } from './statement/csv.ts'
export { readStatement } from './statement/read.ts'
export { ListUnreadable, readList } from './statement/read-list.ts'
export { createTransport, type TransportOptions } from './transport/index.ts'
export { systemClock } from './clock.ts'
export { cryptoRandom } from './random.ts'
export { defaultSettings, type Settings } from './settings.ts'
export * from './ports.ts'
export * from './ids.ts'
export { createHttpBank } from './funding/http-bank.ts'
export type * from './funding/types.ts'
export type * from './ledger/types.ts'
export {
  bankClearingAccount,
  cashAccount,
  feesAccount,
  inTransitAccount,
  merchantAccount,
  userAccount,
} from './ledger/types.ts'
export type * from './merchant/types.ts'
export type * from './nonce/types.ts'
export type * from './notification/types.ts'
export type * from './notification/log.ts'
export type * from './notification/health.ts'
export { readEndpoints } from './notification/health.ts'
export { selectKept, selectLog, selectPage } from './notification/log-store.ts'
export { retryDelaysSeconds } from './notification/types.ts'
export type * from './order/types.ts'
export type * from './pay-out/types.ts'
export type * from './payment/types.ts'
export type * from './program/types.ts'
export type * from './refund/types.ts'
export type * from './session/types.ts'
export type * from './statement/types.ts'
export type * from './top-up/types.ts'
export type * from './user/types.ts'
// For doors that a composition adds: they read and refuse as the server's own doors do.
export { errorHandler, notFoundHandler } from './api/send-error.ts'
export { readJsonBodies } from './api/json-bodies.ts'
export { openSession } from './api/session-cookie.ts'
export { originGuard, sessionGuard, sessionOf } from './api/session-guard.ts'
export { checkNotifyUrl } from './api/merchant-door/notify-url.ts'
export { explainMessage, neighbourKeys, NEIGHBOURS_MAX, type KeysAtHand } from './api/merchant-door/explain-message.ts'
export { standardWebhooks, type StandardWebhooks } from './api/merchant-door/standard-webhooks.ts'
export { createCashierService, type CashierService } from './api/cashier/service.ts'
