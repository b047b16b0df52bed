/**
 * Wallet servers as processes of their own on one database: what one pays, what two pay together, and how much memory a
 * server holds while it does.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { builtProgram } from '../../apps/tradepay/bin/built-program.js'
import { makeOrders } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import { measure, type Candidate } from '../measure.ts'
import { compared, figure, type Figure } from '../report.ts'
import type { PayAll, Paid } from '../server-process.ts'

export async function serverFigures(bench: Bench): Promise<Figure[]> {
  const { world, timing, say } = bench
  say('One wallet server as a process, and two on one database…')
  const servers = await Promise.all([startServer(world.databaseUrl), startServer(world.databaseUrl)])
  let residentMb = 0
  const paying = <Name extends string>(name: Name, working: ServerProcess[]): Candidate<Name> => ({
    name,
    async rate(seconds) {
      const orders = await makeOrders(world, world.clients, enough({ timing: { seconds, rounds: 1 } }, 18_000))
      const share = Math.ceil(orders.length / working.length)
      const paid = await Promise.all(
        working.map((server, index) =>
          server.pay({ tradeNos: orders.slice(index * share, (index + 1) * share), seconds }),
        ),
      )
      residentMb = Math.max(residentMb, ...paid.map((each) => each.residentMb))
      return paid.reduce((sum, { perSecond }) => sum + perSecond, 0)
    },
  })
  const rates = await measure([paying('one-server', servers.slice(0, 1)), paying('two-servers', servers)], timing)
  await Promise.all(servers.map((server) => server.close()))
  return [
    compared(rates, 'two-servers', 'one server, a process of its own', (rateOf) => rateOf('one-server')),
    figure('server-resident', residentMb, 'most memory of a server, its callers included', null, 'MB'),
  ]
}

interface ServerProcess {
  pay(work: PayAll): Promise<Paid>
  close(): Promise<void>
}

/** @throws Error when the process ends before it has answered */
async function startServer(databaseUrl: string): Promise<ServerProcess> {
  // Bundled, as a server is that people use, and without what reads TypeScript.
  const program = await builtProgram('bench/server-process.ts')
  const child = fork(fileURLToPath(program), [databaseUrl], { execArgv: [] })
  const exited = once(child, 'exit')
  const answer = async (): Promise<unknown> => {
    const ended = exited.then(([code]) =>
      Promise.reject(new Error(`A server of the bench ended with ${String(code)}.`)),
    )
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
    return message
  }
  await answer()
  return {
    async pay(work) {
      child.send(work)
      return (await answer()) as Paid
    },
    async close() {
      child.disconnect()
      await exited
    },
  }
}
