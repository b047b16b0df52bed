/**
 * The packed mini programs and their icons, at addresses that carry the hash of their bytes, so they may be kept for
 * ever. What a stranger drew never becomes a document of the wallet's origin.
 */
import { WalletError } from '@tradepay/contract'
import type { FastifyInstance } from 'fastify'
import type { Deps, Rooms } from '../../build-server.ts'
import { packageFolder } from '../../program/packages.ts'
import { IMMUTABLE } from './headers.ts'
import { iconPath, packagePath } from './paths.ts'

/** An image opened by itself runs nothing and reaches nothing, also when it is SVG. */
const IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
const DATA_POLICY = "default-src 'none'; sandbox"

export function servePackages(http: FastifyInstance, { deps, rooms }: { deps: Deps; rooms: Rooms }): void {
  const packages = packageFolder(deps.settings.packagesFolder)
  type Named = { Params: { hash: string } }

  http.get<Named>(packagePath(':hash'), async (request, reply) => {
    const bytes = await packages.read(request.params.hash)
    if (!bytes) throw new WalletError('PROGRAM_NOT_FOUND')
    return reply
      .header('cache-control', IMMUTABLE)
      .header('content-security-policy', DATA_POLICY)
      .type('application/json; charset=utf-8')
      .send(bytes)
  })

  http.get<Named>(iconPath(':hash'), async (request, reply) => {
    const icon = await rooms.programs.icon(request.params.hash)
    if (!icon) throw new WalletError('PROGRAM_NOT_FOUND')
    return reply
      .header('cache-control', IMMUTABLE)
      .header('content-security-policy', IMAGE_POLICY)
      .type(icon.type)
      .send(icon.bytes)
  })
}
