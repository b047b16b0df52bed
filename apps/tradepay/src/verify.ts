/**
 * `tradepay verify`: checks every promise about money against the database, while it may be in use. In the sandbox the
 * wallet's books are compared with the test bank's as well.
 */
import { access } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { compareWithBank, sandboxNow, type BankComparison } from '@tradepay/sandbox'
import { createPool, verify, type VerifyReport } from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'
import { embeddedFolder, openDatabases } from './databases.ts'

export interface Verified {
  report: VerifyReport
  /** Null outside of the sandbox. */
  bank: BankComparison | null
}

/**
 * Verifies the wallet's database.
 * @throws CommandError when there is none
 */
export async function verifyWallet(dataFolder: string, databaseUrl: string | undefined): Promise<Verified> {
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

async function verifyUrl(url: string): Promise<Verified> {
  const pool = createPool(url, { connections: 1 })
  try {
    const { rows } = await pool.query<{ there: boolean }>("select to_regclass('transfers') is not null as there")
    if (!rows[0]?.there) throw new CommandError('This database holds no wallet: nothing to verify.')
    const now = await sandboxNow(pool)
    return { report: await verify(pool, now ? { now } : {}), bank: await compareWithBank(pool) }
  } finally {
    await pool.end()
  }
}

/** True when nothing is broken, and wallet and bank say the same. */
export const isClean = ({ report, bank }: Verified): boolean =>
  report.violations.length === 0 && (bank?.differences ?? []).length === 0

/** The report in words. */
export function verifyReport({ report, bank }: Verified): string {
  const { violations, checked, counts, notices } = report
  const looked = Object.entries(counts)
    .map(([name, count]) => `${count} ${inWords(name)}`)
    .join(', ')
  const broken = new Set(violations.map(({ invariant, message }) => `${invariant} ${message}`))
  const lines = checked.map(({ invariant, message }) => {
    const mark = broken.has(`${invariant} ${message}`) ? '✗' : '✓'
    return `  ${mark} ${invariant.padEnd(4)} ${message}`
  })
  const told = notices.flatMap(({ message, rows }) => [`Note: ${message}`, ...rows.map(rowLine)])
  const problems = [
    ...violations.map(({ invariant, message, rows }) => ({ words: `${invariant}: ${message}`, rows })),
    ...(bank?.differences ?? []).map(({ message, rows }) => ({ words: `Bank: ${message}`, rows })),
  ]
  const end =
    problems.length === 0
      ? 'Every promise holds.'
      : `${problems.length === 1 ? '1 promise is' : `${problems.length} promises are`} broken:`
  return [
    `Looked at ${looked}.`,
    ...lines,
    ...(bank ? bankLines(bank) : []),
    ...told,
    end,
    ...problems.flatMap(({ words, rows }) => [`  ${words}`, ...rows.map(rowLine)]),
  ].join('\n')
}

function bankLines({ differences, processing, totals }: BankComparison): string[] {
  const moved = totals.map(({ currency, bankMoved, orders }) => `${bankMoved} ${currency} over ${orders} orders`)
  return [
    `  ${differences.length === 0 ? '✓' : '✗'} Bank The wallet's bank clearing is what the bank moved: ${moved.join(', ') || 'nothing'}.`,
    ...processing.map(
      ({ orderId, purpose, amount, ageSeconds, atTheBank }) =>
        `    still processing for ${ageSeconds} s: ${purpose} ${orderId}, ${amount}; at the bank: ${atTheBank}`,
    ),
  ]
}

const inWords = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const rowLine = (row: unknown): string =>
  `    ${JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`
