/**
 * The wallet app's door: JSON at /wallet/v1/* for the session, the published mini programs, balance, movements and
 * top-ups, auth codes, and the relay behind `my.request` (steps 2 and 8). Only the wallet app's own page may call it.
 */
import type { FastifyInstance } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { readJsonBodies } from '../json-bodies.ts'
import { errorHandler } from '../send-error.ts'
import { originGuard, sessionGuard } from '../session-guard.ts'
import { authCodeEndpoint } from './auth-codes.ts'
import { explainEndpoint } from './explain.ts'
import { moneyEndpoints } from './money.ts'
import { movementEndpoint } from './movements.ts'
import { programEndpoints } from './programs.ts'
import { relayEndpoint } from './relay.ts'
import { sessionEndpoints } from './session.ts'
import { topUpEndpoints } from './top-ups.ts'

export async function walletDoor(http: FastifyInstance, shared: { deps: Deps; rooms: Rooms }): Promise<void> {
  http.setErrorHandler(errorHandler)
  readJsonBodies(http)
  http.addHook('onRequest', originGuard(shared.deps.settings))
  http.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))

  // Asking who is signed in, and signing in, need no session.
  sessionEndpoints(http, shared)
  await http.register(async (signedIn) => {
    signedIn.addHook('onRequest', sessionGuard(shared.rooms.sessions))
    programEndpoints(signedIn, shared)
    moneyEndpoints(signedIn, shared)
    movementEndpoint(signedIn, shared)
    topUpEndpoints(signedIn, shared)
    authCodeEndpoint(signedIn, shared)
    relayEndpoint(signedIn, shared)
    explainEndpoint(signedIn, shared)
  })
}
