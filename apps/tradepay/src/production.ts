/**
 * What a wallet server in production is made of, from its settings: for the server, and for commands that do what only it can.
 * The database of a sandbox is refused.
 */
import {
  createHttpBank,
  createPool,
  createTransport,
  cryptoRandom,
  defaultSettings,
  noRecorder,
  systemClock,
  type Deps,
} from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'
import { readKeys } from './keys.ts'
import type { ServeSettings } from './serve-settings.ts'

const DATABASE_CONNECTIONS = 20

export interface Production {
  deps: Deps
  /** Ends the connections. */
  close(): Promise<void>
}

/** @throws CommandError for keys that are not there, and a database that was made by the sandbox */
export async function openProduction(given: ServeSettings): Promise<Production> {
  const walletKeys = await readKeys(given.keysFolder)
  const db = createPool(given.databaseUrl, { connections: DATABASE_CONNECTIONS })
  const transport = createTransport({ allowLoopback: false })
  const deps: Deps = {
    db,
    settings: {
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
      databaseConnections: DATABASE_CONNECTIONS,
    },
    clock: systemClock,
    random: cryptoRandom,
    recorder: noRecorder,
    notificationTransport: transport,
    relayTransport: transport,
    bank: given.bank && createHttpBank(given.bank),
  }
  const close = async (): Promise<void> => {
    transport.close?.()
    await db.end()
  }
  try {
    await refuseSandbox(db)
  } catch (error) {
    await close()
    throw error
  }
  return { deps, close }
}

/** People of a sandbox have PINs that everybody knows. */
async function refuseSandbox(db: Deps['db']): Promise<void> {
  const { rows } = await db.query<{ sandbox: boolean }>("select to_regclass('sandbox.world') is not null as sandbox")
  if (rows[0]?.sandbox) {
    throw new CommandError(
      'This database was made by the sandbox: its people and keys are known to everybody. Use another one.',
    )
  }
}
