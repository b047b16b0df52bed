/**
 * POST /sandbox/v1/users: somebody who can sign in and pay, with money that the wallet gives. Everything is checked
 * before anything is made.
 */
import {
  invalidParameter,
  SandboxCreateUserRequest,
  sandboxPaths,
  type Amount,
  type SandboxUser,
} from '@tradepay/contract'
import { MoneyError, parseMinor, type Money } from '@tradepay/money'
import type { FastifyInstance } from 'fastify'
import type { SandboxParts } from './shared.ts'

export function usersDoor(http: FastifyInstance, { rooms, world, made }: SandboxParts): void {
  http.post<{ Body: SandboxCreateUserRequest }>(
    sandboxPaths.users,
    { schema: { body: SandboxCreateUserRequest } },
    async ({ body }, reply): Promise<SandboxUser> => {
      const { name, pin, frozen = false } = body
      const balances = readBalances(body.balances ?? [{ currency: 'CNY', value: '0' }])
      const user = await world.change(async () => {
        const currencies = balances.map(({ currency }) => currency)
        const { userId, loginId } = await rooms.users.register({ name, loginId: body.loginId, pin, currencies })
        for (const amount of balances.filter(({ minor }) => minor > 0n)) {
          await rooms.topUps.give({ topUpId: `made-${userId}-${amount.currency}`, userId, amount })
        }
        if (frozen) await rooms.users.setFrozen(userId, true)
        const about = frozen ? 'Made at the sandbox door; account frozen' : 'Made at the sandbox door'
        await made.addPerson({ userId, name, loginId, pin, about })
        return { name, userId, loginId, pin }
      })
      void reply.status(201)
      return user
    },
  )
}

/** One for each currency. @throws WalletError INVALID_PARAMETER naming the first that cannot be */
function readBalances(balances: Amount[]): Money[] {
  const read = balances.map(({ currency, value }, index) => {
    try {
      return parseMinor(currency, value)
    } catch (error) {
      if (error instanceof MoneyError) throw invalidParameter(`balances.${index}`, error.message)
      throw error
    }
  })
  if (new Set(read.map(({ currency }) => currency)).size < read.length) {
    throw invalidParameter('balances', 'one amount for each currency')
  }
  return read
}
