/**
 * POST /sandbox/v1/apps/{appId}/keys and DELETE /sandbox/v1/apps/{appId}/keys/{version}: rotating an app's key. A new
 * version works beside the old ones at once; a retired one never works again.
 */
import { invalidParameter, SandboxAddKeyRequest, sandboxPaths, WalletError, type SandboxApp } from '@tradepay/contract'
import { generateRsaKeyPair, KeyError, parsePublicKey } from '@tradepay/signature'
import type { FastifyInstance } from 'fastify'
import { bodyOptional, type SandboxParts } from './shared.ts'

export function appKeysDoor(http: FastifyInstance, { rooms, world, made }: SandboxParts): void {
  http.post<{ Params: { appId: string }; Body: SandboxAddKeyRequest }>(
    sandboxPaths.appKeys('APP').replace('APP', ':appId'),
    { schema: { body: SandboxAddKeyRequest }, ...bodyOptional },
    async ({ params, body }, reply): Promise<SandboxApp> => {
      const key = await keyFor(body.publicKey)
      const app = await world.change(async () => {
        const { appId, clientId } = await world.changeableApp(params.appId)
        const version = body.version ?? (await world.nextKeyVersion(clientId))
        await rooms.merchants.addKey(clientId, version, key.publicKey)
        await made.addKey(clientId, version, key.privateKey)
        return await world.app(appId)
      })
      void reply.status(201)
      return app
    },
  )

  http.delete<{ Params: { appId: string; version: string } }>(
    sandboxPaths.appKey('APP', 0).replace('APP', ':appId').replace(/0$/, ':version'),
    async ({ params }): Promise<SandboxApp> => {
      const version = /^[0-9]{1,10}$/.test(params.version) ? Number(params.version) : NaN
      return await world.change(async () => {
        const { appId, clientId, keyVersions } = await world.changeableApp(params.appId)
        if (!keyVersions.includes(version)) {
          throw new WalletError('KEY_UNKNOWN', { field: 'version', expected: `one of ${keyVersions.join(', ')}` })
        }
        if (keyVersions.length === 1) throw invalidParameter('version', 'not the last key: add the next one first')
        await rooms.merchants.revokeKey(clientId, version)
        return await world.app(appId)
      })
    },
  )
}

/**
 * The key to register: the public key that was given, or a pair made here.
 * @throws WalletError INVALID_PARAMETER, which never repeats the key
 */
export async function keyFor(publicKey: string | undefined): Promise<{ publicKey: string; privateKey: string | null }> {
  if (publicKey === undefined) return await generateRsaKeyPair()
  try {
    const spki = parsePublicKey(publicKey).export({ type: 'spki', format: 'pem' }).toString()
    return { publicKey: spki, privateKey: null }
  } catch (error) {
    if (error instanceof KeyError) throw invalidParameter('publicKey', `an RSA public key (${error.message})`)
    throw error
  }
}
