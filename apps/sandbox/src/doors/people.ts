/** GET /sandbox/v1/people and POST /sandbox/v1/sessions: the people of this world, and signing in as one of them with a click. */
import { SandboxSessionRequest, sandboxPaths, type PeopleAnswer } from '@tradepay/contract'
import { openSession } from '@tradepay/wallet-server'
import type { FastifyInstance } from 'fastify'
import type { SandboxParts } from './shared.ts'

export function peopleDoor(http: FastifyInstance, { rooms, settings, world }: SandboxParts): void {
  http.get(sandboxPaths.people, async (): Promise<PeopleAnswer> => ({ people: await world.people() }))

  http.post<{ Body: SandboxSessionRequest }>(
    sandboxPaths.sessions,
    { schema: { body: SandboxSessionRequest } },
    async (request, reply) => {
      const { userId, name } = await world.person(request.body.userId)
      await rooms.users.get(userId)
      await openSession(request, reply, { sessions: rooms.sessions, settings, userId })
      return { userId, name }
    },
  )
}
