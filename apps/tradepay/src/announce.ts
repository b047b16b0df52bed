/** What `tradepay start` prints when everything is ready: where to click, whom to be, where programs look. */
import { relative } from 'node:path'
import type { Running } from './start.ts'

export function announcement({ world, file, database }: Running, seconds: number): string {
  const place = relative(process.cwd(), file)
  const people = world.users.map(({ name, loginId, pin }) => `    ${name.padEnd(5)} ${loginId.padEnd(18)} PIN ${pin}`)
  return [
    '',
    `  TradePay sandbox is ready (${seconds.toFixed(1)} s, ${database}).`,
    '',
    `  Wallet app     ${world.walletUrl}`,
    `  The flow, live ${world.walletUrl}/flow`,
    `  Gateway        ${world.gatewayUrl}`,
    `  API reference  ${world.docsUrl}`,
    `  Coffee shop    ${world.shopUrl}`,
    `  Test bank      ${world.bankUrl}`,
    '',
    '  People',
    ...people,
    '',
    `  For programs: keys, apps and people are in ${place.startsWith('..') ? file : place}`,
    '',
    '  This is a TEST wallet: its money is made up. Do not put real data in it. Ctrl+C stops it.',
    '',
  ].join('\n')
}
