/**
 * `tradepay serve`: the wallet server in production. No sandbox door, no seeded people, the real clock; notifications
 * and my.request reach no private address. Put a proxy that speaks TLS in front of it.
 */
import { mkdir } from 'node:fs/promises'
import { buildServer, migrate } from '@tradepay/wallet-server'
import { buildPages } from './build-pages.ts'
import { openProduction } from './production.ts'
import type { ServeSettings } from './serve-settings.ts'

/** @returns where it listens, and how to stop it. @throws CommandError when it must not start */
export async function serve(
  given: ServeSettings,
  say: (line: string) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  const { deps, close } = await openProduction(given)
  try {
    await mkdir(given.packagesFolder, { recursive: true })
    const { walletAppFolder, framesFolder } = await buildPages(`${given.packagesFolder}/../build`, (name) =>
      say(`Building the ${name} …`),
    )
    await migrate(deps.db)
    const server = await buildServer({ ...deps, settings: { ...deps.settings, walletAppFolder, framesFolder } })
    const url = await server.http.listen({ host: given.host, port: given.port })
    return {
      url,
      stop: async () => {
        await server.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
