/**
 * The one place where the wallet server is put together: plain functions with named arguments, no container.
 */
import type { FastifyInstance } from 'fastify'
import type pg from 'pg'
import type { LedgerService } from './ledger/types.ts'
import type { MerchantService } from './merchant/types.ts'
import type { NotificationService } from './notification/types.ts'
import type { OrderService } from './order/types.ts'
import type { PaymentService } from './payment/types.ts'
import type { Clock, Random, Recorder, Transport } from './ports.ts'
import type { ProgramService } from './program/types.ts'
import type { SessionService } from './session/types.ts'
import type { Settings } from './settings.ts'
import type { UserService } from './user/types.ts'

/** What every room is made of. */
export interface Deps {
  db: pg.Pool
  settings: Settings
  clock: Clock
  random: Random
  recorder: Recorder
  /** For notifications. */
  notificationTransport: Transport
  /** For my.request. */
  relayTransport: Transport
}

/** The rooms, as doors and compositions use them. */
export interface Rooms {
  ledger: LedgerService
  users: UserService
  merchants: MerchantService
  programs: ProgramService
  sessions: SessionService
  orders: OrderService
  payments: PaymentService
  notifications: NotificationService
}

/** The running server. */
export interface WalletServer {
  rooms: Rooms
  http: FastifyInstance
  /** Wakes the worker now, for whoever moved the clock. */
  wake(): void
  /** Stops taking calls, finishes what is in flight, ends the worker. Leaves the pool to whoever made it. */
  close(): Promise<void>
}
