/**
 * How much slower payments become when the tables are full: the same confirmations in the filled wallet and in a young one
 * beside it, in turns; and how long it takes to verify every promise of the filled one.
 */
import { confirmNext, makeOrders } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import type { Size } from '../fill.ts'
import { calls, measure } from '../measure.ts'
import { compared, figure, type Figure } from '../report.ts'
import { verify } from '@tradepay/wallet-server'
import { createBenchWorld, YOUNG, type BenchWorld } from '../world.ts'
import { CALLERS } from './confirm.ts'

export const tableFigures =
  (full: Size) =>
  async (bench: Bench): Promise<Figure[]> => {
    const { world, say } = bench
    say(
      `Filling the tables: ${full.orders.toLocaleString('en')} orders, ${full.accounts.toLocaleString('en')} accounts…`,
    )
    const filled = await createBenchWorld(full, say)
    say('Paying in both for a while first…')
    await warmUp(world)
    await warmUp(filled)
    const rates = await measure(
      [
        calls({ name: 'young', callers: CALLERS, once: await confirming(bench, world) }),
        calls({ name: 'full-tables', callers: CALLERS, once: await confirming(bench, filled) }),
      ],
      bench.timing,
      () => Promise.all([world.settle(), filled.settle()]),
    )
    say('Verifying…')
    const started = performance.now()
    const { violations } = await verify(filled.deps.db)
    if (violations.length > 0) throw new Error(`The tables are broken: ${violations[0]!.message}`)
    const seconds = (performance.now() - started) / 1000
    await filled.close()
    return [
      compared(rates, 'full-tables', `a wallet with ${YOUNG.orders.toLocaleString('en')} of each`, (rateOf) =>
        rateOf('young'),
      ),
      figure('verify-full-tables', seconds, 'every promise, recomputed', null, 's'),
    ]
  }

/**
 * Pays one order for every five accounts: that reads most of the pages in which accounts and their payments lie, as in a wallet
 * that has been working for a while. What a disk takes to read them for the first time is not asked here.
 */
async function warmUp(world: BenchWorld): Promise<void> {
  const orders = await makeOrders(world, world.clients, Math.ceil(world.userIds.length / 5))
  const next = confirmNext(world, orders)
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (await next());
    }),
  )
}

async function confirming({ timing }: Bench, world: BenchWorld): Promise<() => Promise<boolean>> {
  return confirmNext(world, await makeOrders(world, world.clients, enough({ timing }, 18_000)))
}
