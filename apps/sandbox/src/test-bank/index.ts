/**
 * The test bank: an HTTP server of its own with books of its own, which answers as it is told. The wallet speaks to it as
 * to any bank, over the network and by contract/bank-api.ts, and knows nothing else of it.
 */
import type { AddressInfo } from 'node:net'
import { createPool, errorHandler, notFoundHandler, type Clock } from '@tradepay/wallet-server'
import fastify from 'fastify'
import { transaction } from '../transaction.ts'
import { bankDoor } from './bank-door.ts'
import { controlDoor } from './control-door.ts'
import { openAccounts, verifyBooks, type OpenAccount } from './ledger.ts'
import { createCounter } from './counter.ts'
import { createOrders, type Orders } from './orders.ts'
import { sendPushes } from './pushes.ts'

export type { OpenAccount } from './ledger.ts'

export interface TestBankOptions {
  /** Where the schema `test_bank` is; its tables are there already. */
  databaseUrl: string
  /** 0 takes any free port. Listens on loopback only. */
  port: number
  /** What the wallet and the bank show each other. */
  key: string
  /** Where outcomes are pushed to. Without a trailing slash. */
  walletUrl: string
  clock: Clock
  accounts: readonly OpenAccount[]
}

export interface TestBank {
  /** Without a trailing slash. */
  url: string
  orders: Orders
  /**
   * Closes the door for wallets, finishes what is in flight, does `work`, opens the accounts again if they are gone, and
   * opens the door: for a reset, so that nothing of the world before comes into the world after.
   */
  whileClosed(work: () => Promise<void>): Promise<void>
  /** What is wrong with its books; empty when nothing is. */
  verify(): Promise<{ message: string; rows: unknown[] }[]>
  /** Looks now for what has come due; for whoever moved the clock. */
  wake(): void
  /** Finishes what is in flight and stops. */
  close(): Promise<void>
}

/** Longest pause between two looks at what has come due. Milliseconds. */
const POLL_MS = 500
const CONNECTIONS = 6

/** Starts the bank. @throws Error when the port is taken (EADDRINUSE) */
export async function startTestBank(options: TestBankOptions): Promise<TestBank> {
  const { databaseUrl, port, key, walletUrl, clock, accounts } = options
  const db = createPool(databaseUrl, { connections: CONNECTIONS })
  const orders = createOrders(db, clock)
  const counter = createCounter()
  const seed = (): Promise<void> => transaction(db, (tx) => openAccounts(tx, accounts, clock.now()))
  const loop = startLoop(async () => {
    await orders.decideDue()
    return (await sendPushes(db, clock, { url: walletUrl, key })) > 0
  })
  const http = fastify({ logger: false, forceCloseConnections: 'idle', routerOptions: { maxParamLength: 512 } })
  const close = async (): Promise<void> => {
    await http.close()
    await loop.close()
    await db.end()
  }
  try {
    http.setErrorHandler(errorHandler)
    http.setNotFoundHandler(notFoundHandler)
    await http.register(async (scope) => bankDoor(scope, { orders, key, counter }))
    await http.register(async (scope) => controlDoor(scope, { orders, db, wake: loop.wake }))
    await seed()
    await http.listen({ port, host: '127.0.0.1' })
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`,
    orders,
    whileClosed: (work) =>
      counter.whileClosed(async () => {
        await work()
        await seed()
      }),
    verify: () => transaction(db, verifyBooks, 'begin isolation level repeatable read read only'),
    wake: loop.wake,
    close,
  }
}

/** Runs `round` every moment, at once when woken, and again while it finds something. A failed round is tried later. */
function startLoop(round: () => Promise<boolean>): { wake(): void; close(): Promise<void> } {
  let closing = false
  let woken = false
  let wakeUp: (() => void) | null = null
  const wake = (): void => {
    woken = true
    wakeUp?.()
  }
  const running = (async () => {
    while (!closing) {
      woken = false
      // The database may be away for a moment; what is due stays due.
      const again = await round().catch(() => false)
      if (again || woken || closing) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS)
        wakeUp = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      wakeUp = null
    }
  })()
  return {
    wake,
    close: async () => {
      closing = true
      wake()
      await running
    },
  }
}
