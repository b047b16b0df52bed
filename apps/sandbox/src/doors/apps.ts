/**
 * GET and POST /sandbox/v1/apps, PATCH /sandbox/v1/apps/{appId}: a merchant with an app of one's own, through the rooms
 * that a console would use. Everything is checked before anything is made. An app speaks both families of merchant APIs.
 */
import {
  invalidParameter,
  SandboxChangeAppRequest,
  SandboxCreateAppRequest,
  sandboxPaths,
  type SandboxApp,
  type SandboxAppsAnswer,
} from '@tradepay/contract'
import { isCurrency } from '@tradepay/money'
import { checkNotifyUrl } from '@tradepay/wallet-server'
import type { FastifyInstance } from 'fastify'
import { keyFor } from './app-keys.ts'
import type { SandboxParts } from './shared.ts'

export function appsDoor(http: FastifyInstance, { rooms, world, made }: SandboxParts): void {
  const { merchants, programs } = rooms

  http.get(sandboxPaths.apps, async (): Promise<SandboxAppsAnswer> => ({ apps: await world.apps() }))

  http.post<{ Body: SandboxCreateAppRequest }>(
    sandboxPaths.apps,
    { schema: { body: SandboxCreateAppRequest } },
    async ({ body }, reply): Promise<SandboxApp> => {
      const { name, feeBasisPoints = 0, notifyUrl = null, dialect } = body
      const currencies = [...new Set(body.currencies ?? ['CNY'])]
      if (!currencies.every(isCurrency)) throw invalidParameter('currencies', 'ISO 4217 codes, such as CNY')
      if (notifyUrl !== null) checkNotifyUrl('notifyUrl', notifyUrl)
      const key = await keyFor(body.publicKey)
      const app = await world.change(async () => {
        const { merchantId } = await merchants.register({ name, currencies, feeBasisPoints })
        const { clientId } = await merchants.registerClient({ merchantId, name, notifyUrl })
        await merchants.addKey(clientId, 1, key.publicKey)
        if (dialect) await merchants.setDialect(clientId, dialect)
        const program = { appId: clientId, merchantId, name, slogan: '', clientIds: [clientId], payOnlyOwnOrders: true }
        await programs.register(program)
        await made.addKey(clientId, 1, key.privateKey)
        await made.addApp({ clientId, merchantId, name, currency: currencies[0]! })
        return await world.app(clientId)
      })
      void reply.status(201)
      return app
    },
  )

  http.patch<{ Params: { appId: string }; Body: SandboxChangeAppRequest }>(
    sandboxPaths.app('APP').replace('APP', ':appId'),
    { schema: { body: SandboxChangeAppRequest } },
    async ({ params, body: { dialect, notifyUrl } }): Promise<SandboxApp> => {
      if (typeof notifyUrl === 'string') checkNotifyUrl('notifyUrl', notifyUrl)
      return await world.change(async () => {
        const { appId, clientId } = await world.changeableApp(params.appId)
        if (dialect) await merchants.setDialect(clientId, dialect)
        if (notifyUrl !== undefined) await merchants.setNotifyUrl(clientId, notifyUrl)
        return await world.app(appId)
      })
    },
  )
}
