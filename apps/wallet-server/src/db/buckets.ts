/**
 * Which buckets this database owns. A bucket can move to another database; a server with an old map must not write to the
 * old place, so every money transaction asks.
 */
import type { Queryable } from './transaction.ts'

/** Those of the buckets that this database does not own. */
export async function bucketsOfOthers(tx: Queryable, buckets: Iterable<number>): Promise<Set<number>> {
  const asked = new Set(buckets)
  const { rows } = await tx.query<{ bucket: number }>({
    name: 'owned-buckets',
    text: 'select bucket from owned_buckets where bucket = any ($1::smallint[])',
    values: [[...asked]],
  })
  for (const { bucket } of rows) asked.delete(bucket)
  return asked
}
