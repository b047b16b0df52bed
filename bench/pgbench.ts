/**
 * `pgbench -N` on the same database server in the same run, where it is installed: what PostgreSQL itself does with one
 * simple update transaction per call. As it is started without more words (simple protocol, one thread), and at its fastest
 * (prepared statements, two threads).
 */
import { spawnSync } from 'node:child_process'
import pg from 'pg'
import type { Candidate } from './measure.ts'

const SCALE = 50
const CLIENTS = 16

/** Transactions per second, in both ways. None when pgbench is not installed. */
export async function pgbenchParts(databaseUrl: string): Promise<Candidate<'pgbench' | 'pgbench-prepared'>[]> {
  if (spawnSync('pgbench', ['--version']).status !== 0) return []
  const admin = new pg.Client({ connectionString: databaseUrl })
  await admin.connect()
  const exists = await admin.query("select 1 from pg_database where datname = 'pgbench'")
  if (exists.rowCount === 0) await admin.query('create database pgbench')
  await admin.end()
  const url = new URL(databaseUrl)
  url.pathname = '/pgbench'
  if (exists.rowCount === 0) run(url, ['-i', '-q', '-s', String(SCALE)])
  const rate = (seconds: number, ...mode: string[]): number => {
    const output = run(url, ['-N', '-c', String(CLIENTS), ...mode, '-T', String(Math.ceil(seconds))])
    const found = /tps = ([0-9.]+)/.exec(output)?.[1]
    if (found === undefined) throw new Error(`pgbench printed no rate:\n${output}`)
    return Number(found)
  }
  return [
    { name: 'pgbench', rate: async (seconds) => rate(seconds) },
    { name: 'pgbench-prepared', rate: async (seconds) => rate(seconds, '-M', 'prepared', '-j', '2') },
  ]
}

function run(url: URL, args: string[]): string {
  const env = {
    ...process.env,
    PGHOST: url.searchParams.get('host') ?? decodeURIComponent(url.hostname),
    PGPORT: url.searchParams.get('port') ?? (url.port || '5432'),
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: url.pathname.slice(1),
  }
  const result = spawnSync('pgbench', args, { env, encoding: 'utf8' })
  if (result.status !== 0) throw new Error(`pgbench failed:\n${result.stderr}`)
  return result.stdout
}
