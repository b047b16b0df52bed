/**
 * The sandbox doors at /sandbox/v1: apps and users, moving the clock, resetting the world, paying without a browser,
 * the timeline, and the delivery log.
 * Loopback only; never part of a production server.
 */
import type { FastifyInstance } from 'fastify'
import { errorHandler, readJsonBodies, sessionGuard } from '@tradepay/wallet-server'
import { addTimelineEntries } from './add-timeline.ts'
import { appKeysDoor } from './app-keys.ts'
import { appsDoor } from './apps.ts'
import { clockDoor } from './clock.ts'
import { endpointsDoor } from './endpoints.ts'
import { explainDoor } from './explain.ts'
import { loopbackOnly } from './guard.ts'
import { notificationsDoor } from './notifications.ts'
import { ordersDoor } from './orders.ts'
import { payOutsDoor } from './pay-outs.ts'
import { peopleDoor } from './people.ts'
import { resetDoor } from './reset.ts'
import type { SandboxParts } from './shared.ts'
import { timelineDoor } from './timeline.ts'
import { usersDoor } from './users.ts'

export async function sandboxDoors(http: FastifyInstance, parts: SandboxParts): Promise<void> {
  http.setErrorHandler(errorHandler)
  readJsonBodies(http)
  http.addHook('onRequest', loopbackOnly)
  http.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  const doors = [
    clockDoor,
    resetDoor,
    peopleDoor,
    usersDoor,
    appsDoor,
    appKeysDoor,
    ordersDoor,
    payOutsDoor,
    timelineDoor,
    notificationsDoor,
    endpointsDoor,
    explainDoor,
  ]
  for (const door of doors) door(http, parts)
  await http.register(async (signedIn) => {
    signedIn.addHook('onRequest', sessionGuard(parts.rooms.sessions))
    addTimelineEntries(signedIn, parts)
  })
}
