/**
 * The bank's door: POST /bank/v1/outcomes says that something has changed about an order. It is believed in nothing: whoever
 * knows the key can at most make the wallet inquire. Known, unknown and malformed numbers get the same answer.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { bankPaths, BankOutcomeRequest, WalletError } from '@tradepay/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { readJsonBodies } from '../json-bodies.ts'
import { apiError, errorHandler } from '../send-error.ts'

export async function bankDoor(
  http: FastifyInstance,
  { deps, rooms }: { deps: Pick<Deps, 'settings'>; rooms: Pick<Rooms, 'fundings'> },
): Promise<void> {
  http.setErrorHandler(errorHandler)
  readJsonBodies(http)
  // Before the body is read: a stranger learns nothing about what would be understood.
  http.addHook('onRequest', keyGuard(deps.settings))

  const looks = new Set<Promise<void>>()
  http.addHook('onClose', async () => void (await Promise.all(looks)))

  http.post<{ Body: BankOutcomeRequest }>(
    bankPaths.outcomes,
    { schema: { body: BankOutcomeRequest } },
    async (request, reply) => {
      await reply.status(204).send()
      // After the answer: the inquiry goes to the very bank that waits for it.
      const look = rooms.fundings
        .lookAgain(request.body.orderId)
        .catch((error: unknown) => {
          const { name, message } = error instanceof Error ? error : new Error(String(error))
          request.log.error(
            { error: { name, message } },
            'A push of the bank could not be followed; the worker inquires.',
          )
        })
        .finally(() => looks.delete(look))
      looks.add(look)
      return reply
    },
  )
}

/** Lets only the bank pass. Both sides are hashed first, so that the comparison takes the same time for every guess. */
function keyGuard(
  settings: Pick<Deps['settings'], 'bankKey'>,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  return async (request, reply) => {
    const given = /^Bearer +([^ ]+) *$/i.exec(request.headers.authorization ?? '')?.[1]
    if (settings.bankKey !== null && given !== undefined && areEqual(given, settings.bankKey)) return undefined
    const refusal = apiError(
      new WalletError(
        given === undefined ? 'SIGNATURE_MISSING' : 'SIGNATURE_INVALID',
        { field: 'Authorization', expected: 'Bearer and the key that the bank and the wallet share' },
        given === undefined ? 'The key of the bank is missing.' : 'This is not the key of the bank.',
      ),
    )
    return reply
      .status(401)
      .header('www-authenticate', 'Bearer')
      .header('cache-control', 'no-store')
      .send({ error: { ...refusal.error, action: 'Send the key that the wallet operator has given to the bank.' } })
  }
}

const areEqual = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
