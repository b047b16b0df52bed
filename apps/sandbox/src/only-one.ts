/**
 * One sandbox for a database: its clock and its recorder live in one process. The mark is a lock of the database, so it
 * is gone with the process, however that ends.
 */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

const ONLY_ONE_LOCK = 7_243_003
/** A killed process's connection is noticed within moments. */
const PATIENCE_MS = 3_000

/** @returns how to give it back. @throws Error when another sandbox runs on the database */
export async function becomeOnlyOne(databaseUrl: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'tradepay sandbox' })
  client.on('error', () => undefined)
  await client.connect()
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [ONLY_ONE_LOCK])
    if (rows[0]?.got) return () => client.end()
    if (performance.now() > until) {
      await client.end()
      throw new Error(
        'Another sandbox runs on this database already. Stop it first, or give this one its own data folder (--data) and port (--port).',
      )
    }
    await wait(50)
  }
}
