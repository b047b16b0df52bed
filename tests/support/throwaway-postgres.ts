/**
 * A PostgreSQL that is thrown away, or the running one that TRADEPAY_TEST_DATABASE_URL names (its user must be allowed to create
 * databases), which is left as it is.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@tradepay/embedded-postgres'

/**
 * @param name what its folder is called by, among the system's temporary ones
 * @returns `kept` where it is the one that was named
 */
export async function throwawayPostgres(name: string): Promise<{ url: string; kept: boolean; stop(): Promise<void> }> {
  const given = process.env['TRADEPAY_TEST_DATABASE_URL']
  if (given) return { url: given, kept: true, stop: async () => undefined }
  const folder = await mkdtemp(join(tmpdir(), `tradepay-${name}-`))
  const postgres = await startPostgres({ folder })
  return {
    url: postgres.url,
    kept: false,
    async stop() {
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
