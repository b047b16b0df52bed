/**
 * How much slower payments become when the tables are full: the same confirmations before and after they are filled; and how
 * long it takes then to verify every promise.
 */
import { confirmNext, makeOrders } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import { fill, type Size } from '../fill.ts'
import { measure } from '../measure.ts'
import { figure, type Figure } from '../report.ts'
import { verify } from '@tradepay/wallet-server'
import { filledUsers, YOUNG } from '../world.ts'
import { CALLERS } from './confirm.ts'

export const tableFigures =
  (full: Size) =>
  async (bench: Bench): Promise<Figure[]> => {
    const { world, say } = bench
    const young = await confirmRate(bench, world.userIds)
    say(
      `Filling the tables: ${full.orders.toLocaleString('en')} orders, ${full.accounts.toLocaleString('en')} accounts…`,
    )
    await fill(world.deps.db, world.clients, YOUNG, full, say)
    const old = await confirmRate(bench, filledUsers(full.accounts))
    say('Verifying…')
    const started = performance.now()
    const { violations } = await verify(world.deps.db)
    if (violations.length > 0) throw new Error(`The tables are broken: ${violations[0]!.message}`)
    const seconds = (performance.now() - started) / 1000
    return [
      figure('full-tables', old, `the same with ${YOUNG.orders.toLocaleString('en')} of each`, young),
      figure('verify-full-tables', seconds, 'every promise, recomputed', null, 's'),
    ]
  }

async function confirmRate(bench: Bench, userIds: string[]): Promise<number> {
  const orders = await makeOrders(bench.world, bench.world.clients, enough(bench, 12_000))
  const once = confirmNext(bench.world, orders, userIds)
  return (await measure([{ name: 'confirm', callers: CALLERS, once }], bench.timing)).get('confirm')!
}
