/**
 * Tables that refuse to be written to with an error of the database that a test chooses, for ever or for the first times. The
 * count survives the rollback of what it ends, because a sequence does.
 */
import type { TestDatabase } from './database.ts'

export interface FailingTables {
  /**
   * From now on every statement that writes to the table ends with this SQLSTATE.
   * @param about.times how often; default for ever. Counted over all tables that fail.
   */
  fail(table: string, about: { code: string; times?: number }): Promise<void>
  /** How many of the times are left. */
  left(): Promise<number>
  /** Everything can be written again. */
  recover(): Promise<void>
}

const FOR_EVER = 1_000_000_000

/** Prepares a database for it. */
export async function createFailingTables({ asSuperuser }: TestDatabase): Promise<FailingTables> {
  await asSuperuser((client) =>
    client.query(`
      create sequence failures_so_far;
      grant usage, select on sequence failures_so_far to public;
      create function fail_on_purpose() returns trigger language plpgsql security definer as $$
      begin
        if nextval('failures_so_far') <= tg_argv[1]::bigint then
          raise exception 'failed on purpose' using errcode = tg_argv[0];
        end if;
        return null;
      end $$`),
  )
  const failing = new Set<string>()
  let times = 0
  return {
    async fail(table, { code, times: wanted = FOR_EVER }) {
      times = wanted
      failing.add(table)
      await asSuperuser((client) =>
        client.query(`
          drop trigger if exists fail_on_purpose on ${table};
          alter sequence failures_so_far restart;
          create trigger fail_on_purpose before insert or update on ${table}
            for each statement execute function fail_on_purpose('${code}', ${wanted})`),
      )
    },
    async left() {
      const { rows } = await asSuperuser((client) =>
        client.query<{ count: string }>('select last_value - (not is_called)::integer as count from failures_so_far'),
      )
      return Math.max(0, times - Number(rows[0]!.count))
    },
    async recover() {
      await asSuperuser(async (client) => {
        for (const table of failing) await client.query(`drop trigger if exists fail_on_purpose on ${table}`)
      })
      failing.clear()
    },
  }
}
