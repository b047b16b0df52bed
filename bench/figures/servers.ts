/**
 * Wallet servers as processes of their own on one database: what one pays, what two pay together, and how much memory a
 * server holds while it does.
 */
import { makeOrders } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import { measure, type Candidate } from '../measure.ts'
import { startProcess, type OwnProcess } from '../process.ts'
import { compared, figure, type Figure } from '../report.ts'
import type { PayAll, Paid } from '../server-process.ts'

export async function serverFigures(bench: Bench): Promise<Figure[]> {
  const { world, timing, say } = bench
  say('One wallet server as a process, and two on one database…')
  const startServer = (): Promise<OwnProcess<PayAll, Paid>> =>
    startProcess('bench/server-process.ts', [world.databaseUrl])
  const servers = await Promise.all([startServer(), startServer()])
  let residentMb = 0
  const paying = <Name extends string>(name: Name, working: OwnProcess<PayAll, Paid>[]): Candidate<Name> => ({
    name,
    async rate(seconds) {
      const orders = await makeOrders(world, world.clients, enough({ timing: { seconds, rounds: 1 } }, 18_000))
      const share = Math.ceil(orders.length / working.length)
      const paid = await Promise.all(
        working.map((server, index) =>
          server.ask({ tradeNos: orders.slice(index * share, (index + 1) * share), seconds }),
        ),
      )
      residentMb = Math.max(residentMb, ...paid.map((each) => each.residentMb))
      return paid.reduce((sum, { perSecond }) => sum + perSecond, 0)
    },
  })
  const rates = await measure(
    [paying('one-server', servers.slice(0, 1)), paying('two-servers', servers)],
    timing,
    world.settle,
  )
  await Promise.all(servers.map((server) => server.close()))
  return [
    compared(rates, 'two-servers', 'one server, a process of its own', (rateOf) => rateOf('one-server')),
    figure('server-resident', residentMb, 'most memory of a server, its callers included', null, 'MB'),
  ]
}
