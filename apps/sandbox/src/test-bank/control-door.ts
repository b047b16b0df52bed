/**
 * The test bank's control API, for whoever tries a wallet against it: how the next order of an account is answered, what
 * has become of orders, and whether the books are in order. Loopback only.
 */
import {
  bankControlPaths,
  BankDecideRequest,
  BankNextRequest,
  type BankBehaviour,
  type TestBankAccountsAnswer,
  type TestBankOrdersAnswer,
  type TestBankVerifyAnswer,
} from '@tradepay/contract'
import { readJsonBodies } from '@tradepay/wallet-server'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type pg from 'pg'
import { loopbackOnly } from '../doors/guard.ts'
import { transaction } from '../transaction.ts'
import { problem } from './bank-door.ts'
import { checkBehaviour } from './behaviour.ts'
import { verifyBooks } from './ledger.ts'
import type { Orders } from './orders.ts'

export function controlDoor(
  http: FastifyInstance,
  { orders, db, wake }: { orders: Orders; db: pg.Pool; wake: () => void },
): void {
  readJsonBodies(http)
  http.addHook('onRequest', loopbackOnly)

  http.post<{ Params: { account: string }; Body: BankBehaviour }>(
    routeOf(bankControlPaths.next, ':account'),
    { schema: { body: BankNextRequest } },
    async ({ params: { account }, body }, reply) => {
      checkBehaviour(body)
      if ((await orders.tell(account, body)) === null) return accountNotFound(reply)
      return reply.status(202).send({ account, next: body })
    },
  )

  http.post<{ Params: { orderId: string }; Body: BankDecideRequest }>(
    routeOf(bankControlPaths.decide, ':orderId'),
    { schema: { body: BankDecideRequest } },
    async ({ params: { orderId }, body }, reply) => {
      if (!(await orders.decide(orderId, body.failure ?? null))) {
        return reply
          .status(409)
          .send(problem('ORDER_NOT_PROCESSING', 'There is no such order that is still processing.', 'List the orders.'))
      }
      wake()
      return reply.status(202).send({ orderId })
    },
  )

  http.get<{ Querystring: { account?: string } }>(
    bankControlPaths.orders,
    async ({ query }): Promise<TestBankOrdersAnswer> => {
      const { account } = query
      return { orders: await orders.list(typeof account === 'string' ? account : undefined) }
    },
  )

  http.get(bankControlPaths.accounts, async (): Promise<TestBankAccountsAnswer> => {
    const { rows } = await db.query<AccountRow>(
      'select account, kind, currency, balance, behaviour from test_bank.accounts order by kind desc, account',
    )
    return {
      accounts: rows.map(({ account, kind, currency, balance, behaviour }) => ({
        account,
        kind,
        balance: { currency, value: String(balance) },
        behaviour,
      })),
    }
  })

  http.get(bankControlPaths.verify, async (): Promise<TestBankVerifyAnswer> => ({
    violations: await transaction(db, verifyBooks, 'begin isolation level repeatable read read only'),
  }))
}

interface AccountRow {
  account: string
  kind: 'CUSTOMER' | 'WALLET' | 'CAPITAL'
  currency: string
  balance: bigint
  behaviour: BankBehaviour | null
}

const accountNotFound = (reply: FastifyReply): FastifyReply =>
  reply.status(404).send(problem('ACCOUNT_NOT_FOUND', 'There is no such account at this bank.', 'List the accounts.'))

const routeOf = (path: (part: string) => string, parameter: string): string => path('PART').replace('PART', parameter)
