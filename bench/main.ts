/**
 * `npm run bench -- [--only GROUPS] [--seconds N] [--rounds N] [--orders N --accounts N] [--json FILE]`: how fast the wallet
 * is, as ratios against bare baselines measured in the same run, interleaved. Absolute figures belong to the machine; the
 * ratios belong to the code.
 *
 * Merchants are a process of their own, for the wallet as for the bare server; everybody else runs in the wallet's. Nobody has cores
 * to himself.
 */
import { parseArgs } from 'node:util'
import type { Figures } from './bench.ts'
import { confirmFigures } from './figures/confirm.ts'
import { createOrderFigures, fullPaymentFigures } from './figures/doors.ts'
import { serverFigures } from './figures/servers.ts'
import { tableFigures } from './figures/tables.ts'
import { printTable, writeJson, type Figure } from './report.ts'
import { createBenchWorld, YOUNG } from './world.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    orders: { type: 'string', default: '1000000' },
    accounts: { type: 'string', default: '200000' },
  },
})
const timing = { seconds: Number(values.seconds), rounds: Number(values.rounds) }
if (!(timing.seconds > 0) || !Number.isSafeInteger(timing.rounds) || timing.rounds < 1) {
  refuse('--seconds takes a positive number, --rounds a whole number of at least 1.')
}
const full = { orders: Number(values.orders), accounts: Number(values.accounts) }
for (const [name, count] of Object.entries(full)) {
  if (!Number.isSafeInteger(count) || count < YOUNG.orders)
    refuse(`--${name} takes a whole number from ${YOUNG.orders}.`)
}

/** In the order in which they run: the tables are filled last. */
const groups: Record<string, Figures> = {
  confirm: confirmFigures,
  servers: serverFigures,
  'create-order': createOrderFigures,
  'full-payment': fullPaymentFigures,
  tables: tableFigures(full),
}
const only = values.only?.split(',') ?? Object.keys(groups)
for (const name of only) {
  if (!groups[name]) refuse(`--only takes some of ${Object.keys(groups).join(',')}; got "${name}".`)
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const figures: Figure[] = []
for (const [name, measureFigures] of Object.entries(groups)) {
  if (!only.includes(name)) continue
  // A wallet of its own for each group: no figure depends on which others were asked for.
  say('Starting PostgreSQL and a wallet, and filling its tables…')
  const world = await createBenchWorld()
  figures.push(...(await measureFigures({ world, timing, say })))
  await world.close()
}

process.stdout.write(`\n${printTable(figures)}\n`)
if (values.json) await writeJson(values.json, figures)

function refuse(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
