/**
 * Vitest for everything that needs no page: units, rooms and doors on a real PostgreSQL, and whole processes.
 * The global setup starts one throwaway cluster; each test file takes its own database from it. Modules are read once for a
 * worker: a test leaves nothing behind in them.
 */
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those that take minutes begin first, so that nobody waits for them alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => /\/tests\/(simulation|crash)\//.test(moduleId)
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: [
      'packages/*/{src,test}/**/*.test.ts',
      'apps/*/{src,test}/**/*.test.ts',
      'examples/coffee-shop/server/test/**/*.test.ts',
      'tests/{guides,imports,interoperability,simulation,crash,security,fuzz}/**/*.test.ts',
    ],
    globalSetup: ['tests/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A poll waits for a condition: how long that takes is the machine's business.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // On two cores: browsers, databases and processes are often waited for.
    maxWorkers: 3,
    // As many as at most: a worker that ends early takes the run with it (tinypool 1.1).
    minWorkers: 3,
  },
})
