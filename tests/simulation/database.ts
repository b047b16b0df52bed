/**
 * The database of a simulating process: a migrated one of its own, which is emptied between seeds instead of made anew. It
 * does not wait for the disk: servers crash here, the database itself does not (see tests/crash for that).
 */
import { randomBytes } from 'node:crypto'
import { createPool, migrate } from '@tradepay/wallet-server'
import pg from 'pg'

export interface SimulationDatabase {
  url: string
  /** As superuser, for everything but the servers: looking, verifying, emptying. */
  admin: pg.Pool
  close(): Promise<void>
}

/** Makes a database on the cluster. @param clusterUrl a superuser's */
export async function createSimulationDatabase(clusterUrl: string): Promise<SimulationDatabase> {
  const name = `tradepay_simulation_${randomBytes(6).toString('hex')}`
  await onCluster(clusterUrl, [
    `create database ${name} template template0`,
    `alter database ${name} set synchronous_commit = off`,
    // A deadlock is a broken promise here; it is found at once and not after a second.
    `alter database ${name} set deadlock_timeout = '50ms'`,
    `alter database ${name} set client_min_messages = warning`,
  ])
  const url = new URL(clusterUrl)
  url.pathname = `/${name}`
  const admin = createPool(url.href, { connections: 1 })
  await migrate(admin)
  return {
    url: url.href,
    admin,
    async close() {
      await admin.end()
      await onCluster(clusterUrl, [`drop database if exists ${name} with (force)`])
    },
  }
}

/** Who there is stays; what they did goes. */
const emptied = [
  'notification_attempts',
  'notifications',
  'refunds',
  'payments',
  'cancelled_requests',
  'orders',
  'payment_limits',
  'funding_answers',
  'fundings',
  'top_ups',
  'pay_outs',
  'bank_accounts',
  'transfers',
]

/**
 * Takes away everything that the last seed did. Deleting is several times faster than truncating or copying a template while
 * there are only hundreds of rows; the triggers that keep the ledger are off for this transaction alone.
 */
export async function emptyDatabase(admin: pg.Pool): Promise<void> {
  await admin.query(`begin;
    set local session_replication_role = replica;
    set local enable_seqscan = on;
    ${emptied.map((table) => `delete from ${table};`).join('\n    ')}
    update accounts set frozen = false, debits_pending = 0, debits_posted = 0, credits_pending = 0, credits_posted = 0
      where frozen or debits_pending + debits_posted + credits_pending + credits_posted > 0;
    update users set state = 'ACTIVE' where state <> 'ACTIVE';
    update merchants set state = 'ACTIVE' where state <> 'ACTIVE';
    commit;`)
}

/** Gives the room of deleted rows back. Every few dozen seeds. */
export async function tidyDatabase(admin: pg.Pool): Promise<void> {
  for (const table of [...emptied, 'accounts', 'users', 'merchants']) await admin.query(`vacuum ${table}`)
}

async function onCluster(clusterUrl: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: clusterUrl })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
