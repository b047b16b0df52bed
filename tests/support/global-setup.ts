/**
 * One real PostgreSQL for a whole test run, in a folder that is thrown away. TRADEPAY_TEST_DATABASE_URL names a
 * running server to use instead (its user must be allowed to create databases).
 */
import type { TestProject } from 'vitest/node'
import { throwawayPostgres } from './throwaway-postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await throwawayPostgres('test')
  project.provide('postgresUrl', postgres.url)
  return () => postgres.stop()
}
