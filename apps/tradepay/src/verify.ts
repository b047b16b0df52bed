/** `tradepay verify`: checks every promise about money against the database, while it may be in use. */
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createPool, verify, type VerifyReport } from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'
import { embeddedFolder, openDatabases } from './databases.ts'

/**
 * Verifies the wallet's database.
 * @throws CommandError when there is none
 */
export async function verifyWallet(dataFolder: string, databaseUrl: string | undefined): Promise<VerifyReport> {
  const folder = resolve(dataFolder)
  if (!databaseUrl) {
    await access(join(embeddedFolder(folder))).catch(() => {
      throw new CommandError(
        `There is no wallet in ${folder}. Name its data folder with --data, or set TRADEPAY_DATABASE_URL.`,
      )
    })
    const databases = await openDatabases(folder, undefined)
    try {
      return await verifyUrl(databases.walletUrl)
    } finally {
      await databases.stop()
    }
  }
  return await verifyUrl(databaseUrl)
}

async function verifyUrl(url: string): Promise<VerifyReport> {
  const pool = createPool(url, { connections: 1 })
  try {
    const { rows } = await pool.query<{ there: boolean }>("select to_regclass('transfers') is not null as there")
    if (!rows[0]?.there) throw new CommandError('This database holds no wallet: nothing to verify.')
    return await verify(pool)
  } finally {
    await pool.end()
  }
}

/** The report in words. */
export function verifyReport({ violations, checked, counts }: VerifyReport): string {
  const looked = Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
  const broken = new Set(violations.map(({ invariant, message }) => `${invariant} ${message}`))
  const lines = checked.map(({ invariant, message }) => {
    const mark = [...broken].some((each) => each.startsWith(`${invariant} `)) ? '✗' : '✓'
    return `  ${mark} ${invariant.padEnd(4)} ${message}`
  })
  const rows = violations.flatMap(({ invariant, message, rows: found }) => [
    `  ${invariant}: ${message}`,
    ...found.map(
      (row) =>
        `    ${JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
    ),
  ])
  const end = violations.length === 0 ? 'Every promise holds.' : `${violations.length} promises are broken:`
  return [`Looked at ${looked}.`, ...lines, end, ...rows].join('\n')
}
