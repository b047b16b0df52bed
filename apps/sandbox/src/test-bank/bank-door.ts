/**
 * The door of the test bank for wallets: contract/bank-api.ts. Who calls shows the key; the same order may be sent again
 * and again; a lost answer is a connection that is cut.
 */
import { timingSafeEqual } from 'node:crypto'
import {
  BankInquiryRequest,
  BankOrderRequest,
  bankPaths,
  invalidParameter,
  type BankOrderAnswer,
} from '@tradepay/contract'
import { parseMinor, MoneyError } from '@tradepay/money'
import { readJsonBodies } from '@tradepay/wallet-server'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Counter } from './counter.ts'
import type { Orders } from './orders.ts'

export function bankDoor(
  http: FastifyInstance,
  { orders, key, counter }: { orders: Orders; key: string; counter: Counter },
): void {
  readJsonBodies(http)
  http.addHook('onRequest', async (request, reply) => {
    if (!showsKey(request.headers.authorization, key)) {
      return reply
        .status(401)
        .send(problem('KEY_WRONG', 'The key is missing or wrong.', 'Send "Authorization: Bearer" and the key.'))
    }
  })

  http.post<{ Body: BankOrderRequest }>(
    bankPaths.orders,
    { schema: { body: BankOrderRequest } },
    async (request, reply) => {
      const { orderId, direction, account, amount, memo } = request.body
      const order = { orderId, direction, account, memo, ...readMoney(amount) }
      const said = await counter.serve(() => orders.ask(order))
      if (said === 'CONFLICT') {
        return reply
          .status(409)
          .send(
            problem(
              'ORDER_INCONSISTENT',
              'This order id was used with other content.',
              'Repeat the first content, or use a new id.',
            ),
          )
      }
      return answer(request, reply, said)
    },
  )

  http.post<{ Body: BankInquiryRequest }>(
    bankPaths.inquire,
    { schema: { body: BankInquiryRequest } },
    async (request, reply) => {
      const said = await counter.serve(() => orders.inquire(request.body.orderId))
      if (said === null) {
        return reply.status(404).send(problem('ORDER_NOT_FOUND', 'There is no such order.', 'Send the order again.'))
      }
      return answer(request, reply, said)
    },
  )
}

function answer(request: FastifyRequest, reply: FastifyReply, said: BankOrderAnswer | 'CUT' | 'CLOSED'): FastifyReply {
  if (said === 'CLOSED') return reply.status(503).send(problem('CLOSED', 'The bank is closed.', 'Ask again later.'))
  if (said !== 'CUT') return reply.send(said)
  reply.hijack()
  request.raw.socket.destroy()
  return reply
}

function readMoney({ currency, value }: { currency: string; value: string }): { currency: string; minor: bigint } {
  try {
    const { minor } = parseMinor(currency, value)
    if (minor > 0n) return { currency, minor }
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error
  }
  throw invalidParameter('amount', 'a positive whole number of the smallest unit, in an ISO 4217 currency')
}

/** Compares in constant time, so that nobody learns the key byte by byte. */
function showsKey(authorization: string | undefined, key: string): boolean {
  const given = Buffer.from(authorization ?? '')
  const wanted = Buffer.from(`Bearer ${key}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

export const problem = (code: string, message: string, action: string): object => ({ error: { code, message, action } })
