/**
 * Mutation testing (`ROOM=ledger npm run mutate`): breaks the code of one room in small ways and asks whether a test that is
 * named after the room notices. ROOM is money, ledger, payment or refund; fails below 90 %. `--mutate FILE` takes fewer files.
 */
const rooms = {
  money: 'packages/money/src/**/*.ts',
  ledger: 'apps/wallet-server/src/ledger/*.ts',
  payment: 'apps/wallet-server/src/payment/*.ts',
  refund: 'apps/wallet-server/src/refund/*.ts',
}
const room = process.env.ROOM ?? ''
if (!(room in rooms)) throw new Error(`ROOM is "${room}", expected one of: ${Object.keys(rooms).join(', ')}.`)

export default {
  mutate: [rooms[room], '!**/*.test.ts', '!**/types.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 5_000,
  timeoutFactor: 1.2,
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `mutation/${room}.json` },
  ignorePatterns: ['/.tradepay', '/docs', '/mutation', '/test-results', '/apps/wallet-app/dist'],
  tempDirName: 'mutation/work',
  thresholds: { high: 95, low: 90, break: 90 },
}
