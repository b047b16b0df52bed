/**
 * Confirming through the room and its batcher: by many to many merchants, by many to one, by one user alone, and one at a
 * time; beside what PostgreSQL itself does with the simplest transaction.
 */
import { amount, confirmNext, makeOrders, pick } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import { calls, measure, percentile } from '../measure.ts'
import { sqlPayOnePart } from '../parts.ts'
import { pgbenchParts } from '../pgbench.ts'
import { baselines, compared, figure, type Figure } from '../report.ts'

/** As many as wait at once on a busy server: enough to fill the batches. */
export const CALLERS = 1024
/** Confirmed before the times of single ones are taken: a server that has just been started is not what is measured. */
const WARM_UP = 200
const SINGLE = 500

export async function confirmFigures(bench: Bench): Promise<Figure[]> {
  const { world, timing, say } = bench
  const { clients, userIds } = world
  // First: what many at once have written is tidied up by PostgreSQL for a while after them.
  const alone = await confirmAlone(bench)
  say('Confirm: many merchants, one merchant, one user…')
  const [many, toOne, byOne] = [
    await makeOrders(world, clients, enough(bench, 18_000)),
    await makeOrders(world, clients.slice(0, 1), enough(bench, 18_000)),
    await makeOrders(world, clients, enough(bench, 18_000)),
  ]
  const ofPgbench = await pgbenchParts(world.databaseUrl)
  if (ofPgbench.length === 0) say('pgbench is not installed: its ratios are left out.')
  const rates = await measure(
    [
      await sqlPayOnePart(bench),
      ...ofPgbench,
      calls({ name: 'confirm', callers: CALLERS, once: confirmNext(world, many) }),
      calls({ name: 'hot-merchant', callers: CALLERS, once: confirmNext(world, toOne) }),
      calls({ name: 'one-user', callers: CALLERS, once: confirmNext(world, byOne, userIds.slice(0, 1)) }),
    ],
    timing,
    world.settle,
  )
  const versus = { pgbench: 'pgbench -N, scale 50, 16 clients', 'pgbench-prepared': 'the same with -M prepared -j 2' }
  return [
    ...baselines(rates, ['sql-pay-one', ...ofPgbench.map(({ name }) => name)], 'confirm'),
    compared(rates, 'confirm', 'one payment a transaction, 16 callers, bare', (rateOf) => rateOf('sql-pay-one')),
    ...ofPgbench.map(({ name }) =>
      compared(rates, 'confirm', versus[name], (rateOf) => rateOf(name), `confirm-vs-${name}`),
    ),
    compared(rates, 'hot-merchant', 'payments spread over 1,000 merchants', (rateOf) => rateOf('confirm')),
    compared(rates, 'one-user', 'payments of 100,000 users', (rateOf) => rateOf('confirm')),
    figure('confirm-alone-p95', alone, 'p95 of one at a time', null, 'ms'),
  ]
}

/** The p95 of confirmations that nobody else is near. Milliseconds. */
async function confirmAlone({ world, say }: Bench): Promise<number> {
  say('Confirm, alone…')
  const times: number[] = []
  for (const tradeNo of await makeOrders(world, world.clients, WARM_UP + SINGLE)) {
    const started = performance.now()
    await world.server.rooms.payments.confirm({ tradeNo, payerId: pick(world.userIds), amount })
    times.push(performance.now() - started)
  }
  return percentile(times.slice(WARM_UP), 0.95)
}
