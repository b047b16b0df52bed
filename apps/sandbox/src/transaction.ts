/**
 * A transaction on the sandbox's own tables. Nothing here is tried again: the sandbox runs alone on its database, so a
 * conflict is a mistake, and a lost connection is the caller's to repeat.
 */
import type pg from 'pg'

/** Commits what `work` did, or rolls all of it back and throws what `work` threw. */
export async function transaction<Result>(
  db: pg.Pool,
  work: (tx: pg.PoolClient) => Promise<Result>,
  begin = 'begin',
): Promise<Result> {
  const client = await db.connect()
  let broken: Error | undefined
  const onError = (error: Error): void => void (broken = error)
  client.on('error', onError)
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => void (broken = failure))
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}
