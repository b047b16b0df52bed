/**
 * The sandbox doors at /sandbox/v1: moving the clock, resetting the world, paying without a browser, and the timeline.
 * Loopback only; never part of a production server.
 */
import type { FastifyInstance } from 'fastify'
import { errorHandler, readJsonBodies, sessionGuard } from '@tradepay/wallet-server'
import { addTimelineEntries } from './add-timeline.ts'
import { clockDoor } from './clock.ts'
import { explainDoor } from './explain.ts'
import { loopbackOnly } from './guard.ts'
import { ordersDoor } from './orders.ts'
import { payOutsDoor } from './pay-outs.ts'
import { peopleDoor } from './people.ts'
import { resetDoor } from './reset.ts'
import type { SandboxParts } from './shared.ts'
import { timelineDoor } from './timeline.ts'

export async function sandboxDoors(http: FastifyInstance, parts: SandboxParts): Promise<void> {
  http.setErrorHandler(errorHandler)
  readJsonBodies(http)
  http.addHook('onRequest', loopbackOnly)
  http.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  for (const door of [clockDoor, resetDoor, peopleDoor, ordersDoor, payOutsDoor, timelineDoor, explainDoor]) {
    door(http, parts)
  }
  await http.register(async (signedIn) => {
    signedIn.addHook('onRequest', sessionGuard(parts.rooms.sessions))
    addTimelineEntries(signedIn, parts)
  })
}
