/**
 * Vitest for mutation testing (`npm run mutate`): the tests that speak of amounts, the ledger, payments and refunds. What takes
 * processes, a browser, minutes or the whole machine is left out; a mutant must be found by what is named after it.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/money/{src,test}/**/*.test.ts',
      'apps/wallet-server/src/{ledger,payment,refund,order}/*.test.ts',
      'apps/wallet-server/test/{ledger,ledger-*,confirm-*,payment-*,pay-by-bank,refund*,cancel,statement,verify-broken,wallet-api-money}.test.ts',
    ],
    globalSetup: ['tests/support/global-setup.ts'],
    testTimeout: 15_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 1,
    minWorkers: 1,
  },
})
