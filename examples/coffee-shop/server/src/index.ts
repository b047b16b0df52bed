/**
 * The coffee shop's server: the first thing a merchant copies. Its own database, its own tables, and of the wallet only
 * the merchant SDK. `main.ts` runs it alone; a sandbox or a test starts it with its own settings.
 */
import { fastify, type FastifyInstance } from 'fastify'
import {
  fastifyPlugin,
  notificationHandler,
  TradePayClient,
  type Clock,
  type WalletPublicKey,
} from '@tradepay/merchant-sdk'
import { connect, migrate } from './database.ts'
import { onPaid } from './pay.ts'
import { Problem } from './problem.ts'
import { addRoutes } from './routes.ts'
import type { Shop } from './shop.ts'

export interface CoffeeShopOptions {
  /** A PostgreSQL database of the shop's own. */
  databaseUrl: string
  /** 0 takes a free one. */
  port: number
  host: string
  /** Where the wallet reaches this server, without a trailing slash; by default the address it listens on. */
  publicUrl?: string
  wallet: {
    baseUrl: string
    clientId: string
    /** The shop's private key, PKCS#8 PEM. */
    privateKey: string
    keyVersion?: number
    walletPublicKey: WalletPublicKey
    /** The mini program that pays. */
    appId: string
    /** Milliseconds until a call counts as unanswered. Default 10,000. */
    timeoutMs?: number
  }
  clock?: Clock
  /** Told what went wrong between the shop and the wallet. Default nothing. */
  warn?(message: string): void
}

export interface CoffeeShop {
  /** Where it listens. */
  url: string
  /** Finishes what is in flight, then closes the port and the database's connections. */
  close(): Promise<void>
}

/** Brings the tables up to date, then listens. */
export async function startCoffeeShop(options: CoffeeShopOptions): Promise<CoffeeShop> {
  const { wallet, clock = { now: () => new Date() }, warn = () => {} } = options
  const client = new TradePayClient({ ...wallet, clock })
  const database = connect(options.databaseUrl)
  const app = fastify({ bodyLimit: 64 * 1024, forceCloseConnections: true })
  const shop: Shop = { database, clock, wallet: client, appId: wallet.appId, notifyUrl: '', warn }

  const onNotification = notificationHandler(
    { ...wallet, clock, onRefused: ({ code, message }) => warn(`notification refused: ${code}. ${message}`) },
    (notification) => onPaid(shop, notification),
  )
  answerProblems(app, warn)
  addRoutes(app, shop)
  await app.register(fastifyPlugin(onNotification, '/notify'))

  try {
    await migrate(database)
    const url = await app.listen({ port: options.port, host: options.host })
    shop.notifyUrl = `${(options.publicUrl ?? url).replace(/\/+$/, '')}/notify`
    return {
      url,
      async close() {
        await app.close()
        await database.end()
      },
    }
  } catch (error) {
    await app.close()
    await database.end()
    throw error
  }
}

/** Every refusal as `{ error: { code, message } }`; what nobody foresaw says nothing of the inside. */
function answerProblems(app: FastifyInstance, warn: (message: string) => void): void {
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: { code: 'NOT_FOUND', message: 'There is no such page here.' } }),
  )
  app.setErrorHandler<Error & { statusCode?: number; code?: string }>((error, _request, reply) => {
    if (error instanceof Problem) {
      return reply.code(error.status).send({ error: { code: error.code, message: error.message } })
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      // Fastify's own: malformed JSON, too large a body, another content type.
      return reply.code(error.statusCode).send({ error: { code: 'BODY_REFUSED', message: error.message } })
    }
    warn(`unexpected: ${error.message}`)
    return reply
      .code(500)
      .send({ error: { code: 'INTERNAL', message: 'Something went wrong here. Please try again.' } })
  })
}
