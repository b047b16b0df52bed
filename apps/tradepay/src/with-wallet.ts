/** A wallet's database for a command that reads it: in the data folder, or where the URL says, also while it is in use. */
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createPool } from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'
import { embeddedFolder, openDatabases } from './databases.ts'

/** What of the database's clients a command needs. */
export type Pool = ReturnType<typeof createPool>

/** @throws CommandError when there is no wallet, or one of an older version; and what `work` throws */
export async function withWallet<Result>(
  dataFolder: string,
  databaseUrl: string | undefined,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  if (databaseUrl) return withPool(databaseUrl, work)
  const folder = resolve(dataFolder)
  await access(embeddedFolder(folder)).catch(() => {
    throw new CommandError(
      `There is no wallet in ${folder}. Name its data folder with --data, or set TRADEPAY_DATABASE_URL.`,
    )
  })
  const databases = await openDatabases(folder, undefined)
  try {
    return await withPool(databases.walletUrl, work)
  } finally {
    await databases.stop()
  }
}

async function withPool<Result>(url: string, work: (pool: Pool) => Promise<Result>): Promise<Result> {
  const pool = createPool(url, { connections: 1 })
  try {
    const { rows } = await pool.query<{ there: boolean }>(
      `select exists (select 1 from information_schema.columns
        where table_name = 'notification_attempts' and column_name = 'by_hand') as there`,
    )
    if (!rows[0]?.there) throw new CommandError('This database holds no wallet of this version.')
    return await work(pool)
  } finally {
    await pool.end()
  }
}
