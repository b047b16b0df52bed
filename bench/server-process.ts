/**
 * A wallet server in a process of its own, with callers that pay the orders it is told. `server-process.ts <database url>`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildServer, createPool } from '@tradepay/wallet-server'
import { amount, pick } from './bare.ts'
import { CALLERS } from './figures/confirm.ts'
import { calls } from './measure.ts'
import { serveParent } from './process.ts'
import { benchDeps, filledUsers, YOUNG } from './world.ts'

export interface PayAll {
  tradeNos: string[]
  seconds: number
}

export interface Paid {
  perSecond: number
  residentMb: number
}

const folder = await mkdtemp(join(tmpdir(), 'tradepay-bench-server-'))
const db = createPool(process.argv[2]!, { connections: 20 })
const server = await buildServer(benchDeps(db, folder))
const userIds = filledUsers(YOUNG.accounts)

serveParent(pay, async () => {
  await server.close()
  await db.end()
  await rm(folder, { recursive: true, force: true })
})

async function pay({ tradeNos, seconds }: PayAll): Promise<Paid> {
  let residentMb = 0
  const watch = setInterval(() => (residentMb = Math.max(residentMb, process.memoryUsage.rss() / 1024 / 1024)), 50)
  const once = async (): Promise<boolean> => {
    const tradeNo = tradeNos.pop()
    if (tradeNo === undefined) return false
    await server.rooms.payments.confirm({ tradeNo, payerId: pick(userIds), amount })
    return true
  }
  const perSecond = await calls({ name: 'confirm', callers: CALLERS, once }).rate(seconds)
  clearInterval(watch)
  return { perSecond, residentMb }
}
