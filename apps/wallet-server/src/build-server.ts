/**
 * The one place where the wallet server is put together: rooms, doors, and the worker behind them.
 *
 * It listens nowhere by itself; whoever composes it calls `http.listen`. Closing finishes what is in flight.
 */
import { setTimeout as wait } from 'node:timers/promises'
import fastify, { LogController, type FastifyInstance, type FastifyRequest } from 'fastify'
import type pg from 'pg'
import { alipayDoor } from './api/alipay/door.ts'
import { alipayNotifications } from './api/alipay/notify.ts'
import { alipayV3Door } from './api/alipay/v3/door.ts'
import { bankDoor } from './api/bank/door.ts'
import { cashierDoor } from './api/cashier/door.ts'
import { docsDoor } from './api/docs/door.ts'
import { clientErrorHandler } from './api/not-http.ts'
import { notFoundHandler } from './api/send-error.ts'
import { staticDoor } from './api/static/door.ts'
import { superappDoor } from './api/superapp/door.ts'
import { superappNotifications } from './api/superapp/notify.ts'
import { walletDoor } from './api/wallet/door.ts'
import type { AuthorizationService } from './authorization/types.ts'
import { createRooms } from './create-rooms.ts'
import type { FundingService } from './funding/types.ts'
import type { LedgerService } from './ledger/types.ts'
import type { MerchantService } from './merchant/types.ts'
import type { NonceService } from './nonce/types.ts'
import type { NotificationService } from './notification/types.ts'
import type { OrderService } from './order/types.ts'
import type { PaymentService } from './payment/types.ts'
import type { PayOutService } from './pay-out/types.ts'
import type { Bank, Clock, Random, Recorder, Transport, Wake } from './ports.ts'
import type { ProgramService } from './program/types.ts'
import type { RefundService } from './refund/types.ts'
import type { SessionService } from './session/types.ts'
import type { Settings } from './settings.ts'
import type { StatementService } from './statement/types.ts'
import type { TopUpService } from './top-up/types.ts'
import type { UserService } from './user/types.ts'
import { startWorker } from './worker/worker.ts'

/** Largest body of a request. Bytes. */
export const BODY_LIMIT_BYTES = 1024 * 1024

/** How long `close` waits for calls that are in flight before it cuts them. Milliseconds. */
export const CLOSE_GRACE_MS = 5_000

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
  /** Null for a wallet without one: then there are balances only. */
  bank: Bank | null
}

/** The rooms, as doors and compositions use them. */
export interface Rooms {
  ledger: LedgerService
  users: UserService
  merchants: MerchantService
  programs: ProgramService
  sessions: SessionService
  authorizations: AuthorizationService
  orders: OrderService
  payments: PaymentService
  refunds: RefundService
  fundings: FundingService
  topUps: TopUpService
  payOuts: PayOutService
  statements: StatementService
  notifications: NotificationService
  nonces: NonceService
}

/** The running server. */
export interface WalletServer {
  rooms: Rooms
  http: FastifyInstance
  /** Wakes the worker now, for whoever moved the clock. */
  wake(): void
  /** Stops taking calls, finishes what is in flight, ends the worker. Leaves the pool to whoever made it. May be repeated. */
  close(): Promise<void>
}

export interface BuildOptions {
  /** Adds doors of a composition, beside the server's own. */
  extend?: (http: FastifyInstance, rooms: Rooms) => Promise<void>
  /** Least level that is logged; default `error`. Bodies, headers and query strings are never logged. */
  logLevel?: 'silent' | 'error' | 'warn' | 'info'
}

/**
 * Puts the server together and starts its worker. The database must be migrated.
 * The caller listens, closes, and ends the pool afterwards.
 */
export async function buildServer(deps: Deps, options: BuildOptions = {}): Promise<WalletServer> {
  const http = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: false,
    logController: new LogController({ disableRequestLogging: true }),
    // An address that no route can have is answered like any unknown one, not with an error of the framework.
    routerOptions: { maxParamLength: 512 },
    frameworkErrors: (_error, request, reply) => notFoundHandler(request, reply),
    clientErrorHandler,
    // Milliseconds. The framework alone would wait for the rest of a body for ever.
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    genReqId: callNumbers(deps.random),
    logger: {
      level: options.logLevel ?? 'error',
      // Only what says where it happened: query strings and headers carry tokens.
      serializers: { req: (request: FastifyRequest) => ({ method: request.method, path: request.url.split('?')[0] }) },
    },
  })

  // The worker needs the rooms and the rooms wake the worker; nothing is paid before it stands.
  let wake: Wake = () => undefined
  const rooms = walletRooms(deps, (...what) => wake(...what))

  // Each door in a scope of its own, so that one door's body parsers and hooks do not reach another.
  for (const door of [
    superappDoor,
    alipayDoor,
    alipayV3Door,
    cashierDoor,
    walletDoor,
    bankDoor,
    docsDoor,
    staticDoor,
  ]) {
    await http.register(async (scope) => door(scope, { deps, rooms }))
  }
  if (options.extend) await options.extend(http, rooms)
  await http.ready()

  const worker = startWorker(rooms, deps.clock, (error) => http.log.error(error, 'A round of the worker failed.'))
  wake = (...what) => worker.wake(...what)

  let closed: Promise<void> | undefined
  return {
    rooms,
    http,
    wake: () => worker.wake(),
    close: () =>
      (closed ??= close(http, async () => {
        await worker.close()
        deps.notificationTransport.close?.()
      })),
  }
}

/** The rooms, which tell merchants in the words of their family. By themselves they are for a command: nobody does what is due. */
export function walletRooms(deps: Deps, wake?: Wake): Rooms {
  return createRooms(
    deps,
    (merchants) => ({ SUPERAPP: superappNotifications(deps, merchants), ALIPAY: alipayNotifications(deps, merchants) }),
    wake,
  )
}

/** What a call is called in the log: of this start, and its number in it. */
function callNumbers(random: Random): () => string {
  const start = random.bytes(4).toString('hex')
  let calls = 0
  return () => `${start}-${++calls}`
}

/** First the doors, then the worker, which writes down what it is sending. What is due by then is sent after a restart. */
async function close(http: FastifyInstance, closeWorker: () => Promise<void>): Promise<void> {
  const cancelled = new AbortController()
  const cut = wait(CLOSE_GRACE_MS, undefined, { signal: cancelled.signal }).then(
    () => http.server.closeAllConnections(),
    () => undefined,
  )
  await http.close()
  cancelled.abort()
  await cut
  await closeWorker()
}
