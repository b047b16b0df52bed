/**
 * The cashier's door (steps 9 to 11, 14, 16): JSON at /cashier/v1/* for the wallet app's own page, with the user's
 * session and its CSRF token. The door checks who calls and what is sent; what a user may do is in `service.ts`.
 */
import type { FastifyInstance } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { readJsonBodies } from '../json-bodies.ts'
import { errorHandler } from '../send-error.ts'
import { originGuard, sessionGuard } from '../session-guard.ts'
import { cancelCashier } from './cancel.ts'
import { confirmPayment } from './confirm.ts'
import { inquireCashier } from './inquire.ts'
import { openCashier } from './open.ts'
import { takeOrderString } from './order-string.ts'
import { recordCashier } from './recording.ts'
import { createCashierService } from './service.ts'

export async function cashierDoor(http: FastifyInstance, { deps, rooms }: { deps: Deps; rooms: Rooms }): Promise<void> {
  http.setErrorHandler(errorHandler)
  readJsonBodies(http)
  http.addHook('onRequest', originGuard(deps.settings))
  http.addHook('onRequest', sessionGuard(rooms.sessions))
  http.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))

  const shared = { cashier: createCashierService(rooms, deps), recording: recordCashier(http, deps) }
  takeOrderString(http, { deps, rooms })
  openCashier(http, shared)
  confirmPayment(http, shared)
  cancelCashier(http, shared)
  inquireCashier(http, shared)
}
