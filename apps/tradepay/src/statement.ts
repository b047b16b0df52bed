/**
 * `tradepay statement`: what moved a merchant's money on one day, as a file, while the database may be in use; and what
 * somebody else's list of that day does not agree on.
 */
import { readFile } from 'node:fs/promises'
import { WalletError } from '@tradepay/contract'
import { formatDecimal, isCurrency, type Currency } from '@tradepay/money'
import { sandboxNow } from '@tradepay/sandbox'
import {
  compare,
  defaultSettings,
  ListUnreadable,
  readList,
  readStatement,
  statementCsv,
  statementJson,
  type Difference,
  type OtherRow,
  type Statement,
} from '@tradepay/wallet-server'
import { CommandError } from './command-error.ts'
import { withWallet, type Pool } from './with-wallet.ts'

/** As they were typed. */
export interface StatementOptions {
  merchant: string
  day: string
  currency: string
  format: string
  /** A file with somebody else's list. */
  compare?: string | undefined
  data: string
}

type Environment = Readonly<Record<string, string | undefined>>

export interface StatementResult {
  /** The file: CSV or JSON; with a list to compare, the differences. */
  output: string
  /** In words, for the person. */
  summary: string
  differences: Difference[]
}

/**
 * Reads the statement, and compares it when a list is given.
 * @throws CommandError for options that are wrong, a list that cannot be read, and a database without a wallet
 */
export async function statement(options: StatementOptions, env: Environment): Promise<StatementResult> {
  const { currency, format } = options
  if (!isCurrency(currency)) throw new CommandError(`--currency is "${currency}": expected a code such as CNY.`)
  if (format !== 'csv' && format !== 'json') throw new CommandError(`--format is "${format}": expected csv or json.`)
  const timeZone = env['TRADEPAY_TIME_ZONE'] || defaultSettings.timeZone
  if (!isTimeZone(timeZone)) {
    throw new CommandError('TRADEPAY_TIME_ZONE is not the name of a time zone: expected one such as Asia/Shanghai.')
  }
  // Read first: a list that cannot be read needs no database.
  const list = options.compare === undefined ? null : await readListFile(options.compare, currency)

  const read = await withWallet(options.data, env['TRADEPAY_DATABASE_URL'], (pool) =>
    readFor(pool, { merchantId: options.merchant, day: options.day, currency, timeZone }),
  )
  const differences = list === null ? [] : compare(read, list)
  return {
    output:
      list === null
        ? format === 'csv'
          ? statementCsv(read)
          : statementJson(read)
        : differencesText(differences, currency),
    summary: summaryOf(read, list, differences),
    differences,
  }
}

async function readFor(pool: Pool, query: Parameters<typeof readStatement>[1]): Promise<Statement> {
  const { rowCount } = await pool.query('select 1 from merchants where merchant_id = $1', [query.merchantId])
  if (rowCount === 0) {
    const { rows } = await pool.query<{ merchant_id: string; name: string }>(
      'select merchant_id, name from merchants order by created_at, merchant_id limit 5',
    )
    const known = rows.map(({ merchant_id, name }) => `${merchant_id} (${name})`).join(', ')
    throw new CommandError(`There is no merchant "${query.merchantId}" here. There is ${known || 'none at all'}.`)
  }
  try {
    return await readStatement(pool, query, (await sandboxNow(pool)) ?? new Date())
  } catch (error) {
    if (!(error instanceof WalletError)) throw error
    if (error.code === 'INVALID_PARAMETER') {
      throw new CommandError(`--day is "${query.day}": expected ${error.details.expected ?? 'a day'}.`)
    }
    if (error.code === 'CURRENCY_NOT_SUPPORTED') {
      throw new CommandError(`The merchant has no account in ${query.currency}. Name one of theirs with --currency.`)
    }
    throw error
  }
}

async function readListFile(file: string, currency: Currency): Promise<OtherRow[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why = error instanceof Error ? error.message : 'unknown'
    throw new CommandError(`The list of --compare cannot be opened: ${why}`)
  })
  try {
    return readList(text, currency)
  } catch (error) {
    if (error instanceof ListUnreadable) throw new CommandError(`${file}: ${error.message}`)
    throw error
  }
}

function differencesText(differences: readonly Difference[], currency: Currency): string {
  const amount = (minor: bigint): string => `${formatDecimal({ currency, minor })} ${currency}`
  return differences
    .map((difference) => {
      if (difference.kind === 'MISSING_HERE') {
        const { kind, number, minor } = difference.other
        return `MISSING_HERE    ${kind} ${number} of ${amount(minor)} is on the list and not on the statement\n`
      }
      const { kind, id, requestId, orderRequestId, minor } = difference.row
      const own = requestId ?? orderRequestId
      const row = `${kind} ${id}${own === null ? '' : ` (${own})`} of ${amount(minor)}`
      if (difference.kind === 'MISSING_THERE') return `MISSING_THERE   ${row} is not on the list\n`
      if (difference.kind === 'AMOUNT_DIFFERS') {
        return `AMOUNT_DIFFERS  ${row} is ${amount(difference.other.minor)} on the list\n`
      }
      const times = difference.others.map((other) => amount(other.minor)).join(', ')
      return `TWICE_THERE     ${row} is ${difference.others.length} times on the list: ${times}\n`
    })
    .join('')
}

function summaryOf(read: Statement, list: OtherRow[] | null, differences: readonly Difference[]): string {
  const { merchantId, day, timeZone, currency, opening, closing, totals } = read
  const amount = (minor: bigint): string => formatDecimal({ currency, minor })
  const lines = [
    `Merchant ${merchantId}, ${day} (${timeZone}), ${currency}`,
    `  opening      ${amount(opening)}`,
    ...Object.entries(totals).map(
      ([kind, { count, minor }]) => `  ${kind.toLowerCase().replace('_', '-').padEnd(12)} ${amount(minor)} (${count})`,
    ),
    `  closing      ${amount(closing)}`,
  ]
  if (list === null) return lines.join('\n')
  const end = differences.length === 0 ? 'no difference' : `${differences.length} differences`
  return [...lines, `Compared with a list of ${list.length} lines: ${end}.`].join('\n')
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
