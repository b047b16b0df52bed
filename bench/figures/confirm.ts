/**
 * Confirming through the room and its batcher: by many to many merchants, by many to one, by one user alone, and one at a
 * time; beside what PostgreSQL itself does with the simplest transaction.
 */
import { amount, confirmNext, makeOrders, pick } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import { measure, percentile } from '../measure.ts'
import { pgbench } from '../pgbench.ts'
import { figure, type Figure } from '../report.ts'

/** As many as wait at once on a busy server: enough to fill the batches. */
export const CALLERS = 1024
/** Confirmed before the times of single ones are taken: a server that has just been started is not what is measured. */
const WARM_UP = 200
const SINGLE = 500

export async function confirmFigures(bench: Bench): Promise<Figure[]> {
  const { world, timing, say, part } = bench
  const { clients, userIds } = world
  // First: what many at once have written is tidied up by PostgreSQL for a while after them.
  const alone = await confirmAlone(bench)
  say('Confirm: many merchants, one merchant, one user…')
  const [many, toOne, byOne] = [
    await makeOrders(world, clients, enough(bench, 12_000)),
    await makeOrders(world, clients.slice(0, 1), enough(bench, 12_000)),
    await makeOrders(world, clients, enough(bench, 12_000)),
  ]
  const rates = await measure(
    [
      { name: 'confirm', callers: CALLERS, once: confirmNext(world, many) },
      { name: 'hot-merchant', callers: CALLERS, once: confirmNext(world, toOne) },
      { name: 'one-user', callers: CALLERS, once: confirmNext(world, byOne, userIds.slice(0, 1)) },
    ],
    timing,
  )
  const confirm = rates.get('confirm')!

  say('pgbench…')
  const pgbenchRates = await pgbench(world.databaseUrl, timing.seconds * timing.rounds)
  if (pgbenchRates === null) say('pgbench is not installed: its ratios are left out.')
  return [
    figure('confirm', confirm, 'one payment a transaction, 16 callers, bare', part('sql-pay-one')),
    ...(pgbenchRates === null
      ? []
      : [
          figure('confirm-vs-pgbench', confirm, 'pgbench -N, scale 50, 16 clients', pgbenchRates.simple),
          figure('confirm-vs-prepared', confirm, 'the same with -M prepared -j 2', pgbenchRates.prepared),
        ]),
    figure('hot-merchant', rates.get('hot-merchant')!, 'payments spread over 1,000 merchants', confirm),
    figure('one-user', rates.get('one-user')!, 'payments of 100,000 users', confirm),
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
