/** Helpers of the test bank's own tests: a bank without a wallet, on a database of its own, and a clock that is moved. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bankControlPaths, bankPaths, type TestBankOrdersAnswer } from '@tradepay/contract'
import pg from 'pg'
import { testBankTables } from '../src/test-bank/schema.ts'
import { startTestBank, type OpenAccount, type TestBank } from '../src/test-bank/index.ts'
import { createDatabase } from './support.ts'

export const KEY = 'test-key-of-a-bank-that-does-not-exist'

export const accounts: readonly OpenAccount[] = [
  { account: 'rich', currency: 'CNY', balance: 1_000_000n, behaviour: { answers: 'NOW' } },
  { account: 'slow', currency: 'CNY', balance: 1_000n, behaviour: { answers: 'LATER', seconds: 60 } },
  { account: 'dollars', currency: 'USD', balance: 500n, behaviour: { answers: 'NOW' } },
]

export interface AloneBank {
  bank: TestBank
  databaseUrl: string
  /** Numbers of the orders that were pushed, as they came. */
  pushed: string[]
  /** Answers of the wallet to pushes from now on. */
  answerPushes(status: number): void
  advance(seconds: number): void
  /** Sends an order or an inquiry. Status 0 means that the connection was cut. */
  ask(order: Partial<AskedOrder> & { orderId: string }, key?: string): Promise<Told>
  inquire(orderId: string): Promise<Told>
  control(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
  /** Balances by account. */
  balances(): Promise<Record<string, string>>
  orders(): Promise<TestBankOrdersAnswer['orders']>
  /** A kill and a start, as far as the bank can tell: nothing of its memory is left. */
  restart(): Promise<void>
  close(): Promise<void>
}
interface AskedOrder {
  orderId: string
  direction: string
  account: string
  amount: unknown
  memo: string
}
export type Told = Record<string, unknown> & { status: number }

export async function aloneBank(): Promise<AloneBank> {
  const database = await createDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(testBankTables).finally(() => client.end())

  let ahead = 0
  const clock = { now: () => new Date(Date.UTC(2026, 4, 5, 6) + ahead) }
  const pushed: string[] = []
  let status = 204
  const wallet: Server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      if (request.headers.authorization === `Bearer ${KEY}` && request.url === bankPaths.outcomes) {
        pushed.push((JSON.parse(text) as { orderId: string }).orderId)
      }
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((ready) => wallet.listen(0, '127.0.0.1', ready))
  const walletUrl = `http://127.0.0.1:${(wallet.address() as AddressInfo).port}`
  const options = { databaseUrl: database.url, port: 0, key: KEY, walletUrl, clock, accounts }
  let bank = await startTestBank(options)

  async function send(path: string, body: unknown, key: string): Promise<Told> {
    const answer = await fetch(bank.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    }).catch(() => null)
    if (!answer) return { status: 0 }
    return { ...((await answer.json()) as Record<string, unknown>), status: answer.status }
  }
  async function control(path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(bank.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  return {
    get bank() {
      return bank
    },
    databaseUrl: database.url,
    pushed,
    answerPushes: (to) => void (status = to),
    advance(seconds) {
      ahead += seconds * 1000
      bank.wake()
    },
    ask: (order, key = KEY) =>
      send(
        bankPaths.orders,
        { direction: 'COLLECT', account: 'rich', amount: { currency: 'CNY', value: '1250' }, memo: 'A test', ...order },
        key,
      ),
    inquire: (orderId) => send(bankPaths.inquire, { orderId }, KEY),
    control,
    async balances() {
      const { body } = await control(bankControlPaths.accounts)
      const list = body['accounts'] as { account: string; balance: { value: string } }[]
      return Object.fromEntries(list.map(({ account, balance }) => [account, balance.value]))
    },
    orders: async () => (await control(bankControlPaths.orders)).body['orders'] as TestBankOrdersAnswer['orders'],
    async restart() {
      await bank.close()
      bank = await startTestBank(options)
    },
    async close() {
      await bank.close()
      await new Promise((closed) => wallet.close(closed))
      await database.drop()
    },
  }
}
