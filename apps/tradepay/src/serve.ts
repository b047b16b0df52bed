/**
 * `tradepay serve`: the wallet server in production. No sandbox door, no seeded people, the real clock; notifications
 * and my.request reach no private address. Put a proxy that speaks TLS in front of it.
 */
import { mkdir } from 'node:fs/promises'
import {
  buildServer,
  createHttpBank,
  createPool,
  createTransport,
  cryptoRandom,
  defaultSettings,
  migrate,
  noRecorder,
  systemClock,
  type Settings,
} from '@tradepay/wallet-server'
import type pg from 'pg'
import { buildPages } from './build-pages.ts'
import { CommandError } from './command-error.ts'
import { readKeys } from './keys.ts'
import type { ServeSettings } from './serve-settings.ts'

const DATABASE_CONNECTIONS = 20

/** @returns where it listens, and how to stop it. @throws CommandError when it must not start */
export async function serve(
  given: ServeSettings,
  say: (line: string) => void,
): Promise<{ url: string; stop(): Promise<void> }> {
  const walletKeys = await readKeys(given.keysFolder)
  await mkdir(given.packagesFolder, { recursive: true })
  const { walletAppFolder, framesFolder } = await buildPages(`${given.packagesFolder}/../build`, (name) =>
    say(`Building the ${name} …`),
  )
  const db = createPool(given.databaseUrl, { connections: DATABASE_CONNECTIONS })
  try {
    await refuseSandbox(db)
    await migrate(db)
    const settings: Settings = {
      ...defaultSettings,
      walletName: given.walletName ?? defaultSettings.walletName,
      timeZone: given.timeZone ?? defaultSettings.timeZone,
      publicUrl: given.publicUrl,
      pinPepper: given.pinPepper,
      walletKeys,
      refundWindowSeconds: given.refundWindowSeconds ?? defaultSettings.refundWindowSeconds,
      paymentLimits: given.paymentLimits,
      bankKey: given.bank?.key ?? null,
      callsPerSecond: given.callsPerSecond ?? defaultSettings.callsPerSecond,
      callsBurst: given.callsBurst ?? defaultSettings.callsBurst,
      requestTimeToleranceSeconds: given.replayWindowSeconds ?? defaultSettings.requestTimeToleranceSeconds,
      replayWindowSeconds: given.replayWindowSeconds ?? defaultSettings.replayWindowSeconds,
      packagesFolder: given.packagesFolder,
      walletAppFolder,
      framesFolder,
      databaseConnections: DATABASE_CONNECTIONS,
    }
    const transport = createTransport({ allowLoopback: false })
    const server = await buildServer({
      db,
      settings,
      clock: systemClock,
      random: cryptoRandom,
      recorder: noRecorder,
      notificationTransport: transport,
      relayTransport: transport,
      bank: given.bank && createHttpBank(given.bank),
    })
    const url = await server.http.listen({ host: given.host, port: given.port })
    return {
      url,
      stop: async () => {
        await server.close()
        await db.end()
      },
    }
  } catch (error) {
    await db.end()
    throw error
  }
}

/** People of a sandbox have PINs that everybody knows. */
async function refuseSandbox(db: pg.Pool): Promise<void> {
  const { rows } = await db.query<{ sandbox: boolean }>("select to_regclass('sandbox.world') is not null as sandbox")
  if (rows[0]?.sandbox) {
    throw new CommandError(
      'This database was made by the sandbox: its people and keys are known to everybody. Use another one.',
    )
  }
}
