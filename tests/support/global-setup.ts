/**
 * One real PostgreSQL for a whole test run, in a folder that is thrown away. TRADEPAY_TEST_DATABASE_URL names a
 * running server to use instead (its user must be allowed to create databases); what the run has made there is dropped.
 */
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { throwawayPostgres } from './throwaway-postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await throwawayPostgres('test')
  const before = new Set(postgres.kept ? await testDatabases(postgres.url) : [])
  project.provide('postgresUrl', postgres.url)
  return async () => {
    if (postgres.kept) await testDatabases(postgres.url, (name) => !before.has(name))
    await postgres.stop()
  }
}

/** The databases of tests. @param drop says which of them to drop */
async function testDatabases(url: string, drop: (name: string) => boolean = () => false): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `select datname as name from pg_database where datname ~ '^tradepay_test_'`,
    )
    for (const { name } of rows) if (drop(name)) await client.query(`drop database ${name} with (force)`)
    return rows.map(({ name }) => name)
  } finally {
    await client.end()
  }
}
