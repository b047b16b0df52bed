/** GET /sandbox/v1/people and POST /sandbox/v1/sessions: the seeded people, and signing in as one of them with a click. */
import { SandboxSessionRequest, sandboxPaths, WalletError, type PeopleAnswer } from '@tradepay/contract'
import { openSession } from '@tradepay/wallet-server'
import type { FastifyInstance } from 'fastify'
import { people, type Person } from '../world/people.ts'
import type { SandboxParts } from './shared.ts'

export function peopleDoor(http: FastifyInstance, { rooms, settings }: SandboxParts): void {
  http.get(sandboxPaths.people, async (): Promise<PeopleAnswer> => ({
    people: people.map(({ userId, name, loginId, pin, about }) => ({ userId, name, loginId, pin, about })),
  }))

  http.post<{ Body: SandboxSessionRequest }>(
    sandboxPaths.sessions,
    { schema: { body: SandboxSessionRequest } },
    async (request, reply) => {
      const { userId, name } = personOf(request.body.userId)
      await rooms.users.get(userId)
      await openSession(request, reply, { sessions: rooms.sessions, settings, userId })
      return { userId, name }
    },
  )
}

/** @throws WalletError USER_NOT_FOUND: only of seeded people does the sandbox know the PIN */
export function personOf(userId: string): Person {
  const person = people.find((each) => each.userId === userId)
  if (!person) {
    const expected = people.map((each) => `${each.userId} (${each.name})`).join(', ')
    throw new WalletError('USER_NOT_FOUND', { field: 'userId', expected })
  }
  return person
}
