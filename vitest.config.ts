/**
 * Vitest for everything that needs no page: units, rooms and doors on a real PostgreSQL, and whole processes.
 * The global setup starts one throwaway cluster; each test file takes its own database from it.
 */
import { defineConfig } from 'vitest/config'

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
    maxWorkers: 2,
    minWorkers: 1,
  },
})
