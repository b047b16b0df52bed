/**
 * Breaks a database on purpose, looks at it, and undoes everything: as superuser, in one transaction, with every constraint,
 * unique index and trigger taken away first, because a check must not lean on them.
 */
import type pg from 'pg'
import { expect } from 'vitest'
import { verifySnapshot, type VerifyReport } from '../../src/verify/verify.ts'
import type { TestDatabase } from './database.ts'

const takeGuardsAway = `do $$
  declare guard record;
  begin
    alter table transfers disable trigger all;
    for guard in select conrelid::regclass as relation, conname from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u', 'p') order by contype = 'p'
    loop execute format('alter table %s drop constraint if exists %I cascade', guard.relation, guard.conname); end loop;
    for guard in select indexrelid::regclass as name from pg_index i join pg_class c on c.oid = i.indrelid
      where i.indisunique and c.relnamespace = 'public'::regnamespace
    loop execute format('drop index %s', guard.name); end loop;
  end $$`

/** What verification says of the database while this is done to it; then it is undone. */
export async function whileBroken(
  database: TestDatabase,
  statements: [sql: string, ...values: unknown[]][],
): Promise<VerifyReport> {
  return database.asSuperuser(async (client: pg.Client) => {
    await client.query('begin')
    await client.query(takeGuardsAway)
    for (const [sql, ...values] of statements) {
      const { rowCount } = await client.query(sql, values)
      expect(rowCount, `it broke something: ${sql}`).toBeGreaterThan(0)
    }
    const report = await verifySnapshot(client, new Date())
    await client.query('rollback')
    return report
  })
}
