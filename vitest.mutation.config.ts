/**
 * Vitest for mutation testing (`stryker.config.mjs`): the tests that are named after a room, without those that take processes, a
 * browser, minutes or the whole machine. Times are short, so that a mutant that hangs is soon found out.
 */
import { defineConfig } from 'vitest/config'

const rooms: Record<string, string[]> = {
  money: ['packages/money/{src,test}/**/*.test.ts'],
  ledger: [
    'apps/wallet-server/src/ledger/*.test.ts',
    'apps/wallet-server/test/{ledger,ledger-*,verify,verify-*}.test.ts',
  ],
  payment: [
    'apps/wallet-server/src/payment/*.test.ts',
    'apps/wallet-server/test/{confirm-*,payment-*,pay-by-bank,wallet-api-money}.test.ts',
  ],
  refund: ['apps/wallet-server/src/refund/*.test.ts', 'apps/wallet-server/test/{refund,refund-*,cancel}.test.ts'],
}

export default defineConfig({
  test: {
    include: rooms[process.env.ROOM ?? ''] ?? [],
    globalSetup: ['tests/support/global-setup.ts'],
    testTimeout: 6_000,
    hookTimeout: 6_000,
    expect: { poll: { timeout: 4_000 } },
    isolate: false,
    maxWorkers: 1,
    minWorkers: 1,
  },
})
