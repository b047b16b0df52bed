/**
 * Through the signed door: an order created, and a whole payment until the merchant has acknowledged. The merchants, who call and
 * are told, are a process of their own, for the wallet as for the bare server.
 */
import { amount, pick } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import { limitOf, measure, percentile, type Candidate } from '../measure.ts'
import type { MerchantDone, MerchantWork } from '../merchant-process.ts'
import { rsaParts, sqlCreatePart, sqlDeliverPart, sqlPayPart, startBareServer } from '../parts.ts'
import { commonTime, startProcess } from '../process.ts'
import { baselines, compared, figure, type Figure } from '../report.ts'

/** Enough that full batches come together; the wallet sends half as many notifications to one receiver at once. */
const CALLERS = 256
/** As many as keep a server busy that does nothing. */
const CALLERS_OF_BARE = 32

export async function createOrderFigures(bench: Bench): Promise<Figure[]> {
  bench.say('Signed create-order…')
  const merchants = await startMerchants(bench)
  const rates = await measure(
    [merchants.http, ...(await rsaParts(bench)), sqlCreatePart(bench), merchants.createOrder],
    bench.timing,
    bench.world.settle,
  )
  await merchants.close()
  return [
    ...baselines(rates, ['http', 'rsa-verify', 'rsa-sign', 'sql-create'], 'create-order'),
    compared(rates, 'create-order', 'HTTP + verify + sign + SQL, bare', (rateOf) =>
      limitOf([rateOf('http'), rateOf('rsa-verify'), rateOf('rsa-sign'), rateOf('sql-create')]),
    ),
  ]
}

export async function fullPaymentFigures(bench: Bench): Promise<Figure[]> {
  bench.say('Full payment…')
  const merchants = await startMerchants(bench)
  const rates = await measure(
    [
      merchants.http,
      ...(await rsaParts(bench)),
      sqlCreatePart(bench),
      await sqlPayPart(bench),
      sqlDeliverPart(bench),
      merchants.fullPayment,
    ],
    bench.timing,
    bench.world.settle,
  )
  await merchants.close()
  // Two signatures of the wallet (its answer and the notification), one verification, two exchanges over HTTP, and what is
  // written: the order, the payment, the claim of its notification and what came of it.
  const once = ['http', 'rsa-verify', 'rsa-sign', 'sql-create', 'sql-pay', 'sql-deliver'] as const
  return [
    ...baselines(rates, [...once], 'full-payment'),
    compared(rates, 'full-payment', '2 HTTP + verify + 2 sign + SQL, bare', (rateOf) =>
      limitOf([...once, 'http' as const, 'rsa-sign' as const].map(rateOf)),
    ),
    figure(
      'first-attempt-p95',
      percentile(merchants.firstAttempts, 0.95),
      'from commit to the first byte received; the goal is 1,000',
      null,
      'ms',
    ),
  ]
}

interface Merchants {
  /** An exchange with a server that does nothing. */
  http: Candidate<'http'>
  createOrder: Candidate<'create-order'>
  fullPayment: Candidate<'full-payment'>
  /** How long it took from the commit of each payment to the first byte of its notification. Milliseconds. */
  firstAttempts: number[]
  close(): Promise<void>
}

async function startMerchants({ world }: Bench): Promise<Merchants> {
  const { payments } = world.server.rooms
  const committedAt = new Map<string, number>()
  async function confirm(tradeNo: string): Promise<void> {
    await payments.confirm({ tradeNo, payerId: pick(world.userIds), amount })
    // The room answers when the payment is committed.
    committedAt.set(tradeNo, commonTime())
  }
  const merchants = await startProcess<MerchantWork, MerchantDone, string[]>(
    'bench/merchant-process.ts',
    [],
    (created) => void Promise.all(created.map(confirm)),
  )
  const bare = await startBareServer()
  const firstAttempts: number[] = []
  const doing = <Name extends string>(
    name: Name,
    work: Pick<MerchantWork, 'what' | 'url' | 'callers'>,
    mostPerSecond: number,
  ): Candidate<Name> => ({
    name,
    async rate(seconds) {
      const { perSecond, toldAt } = await merchants.ask({
        ...work,
        clientId: world.clients[0]!.clientId,
        privateKey: world.privateKey,
        seconds,
        calls: work.what === 'EXCHANGE' ? 1 : enough({ timing: { seconds, rounds: 1 } }, mostPerSecond),
      })
      // Who is told before the room has answered has been told at once.
      for (const [tradeNo, at] of toldAt) firstAttempts.push(Math.max(0, at - (committedAt.get(tradeNo) ?? at)))
      committedAt.clear()
      return perSecond
    },
  })
  return {
    http: doing('http', { what: 'EXCHANGE', url: bare.url, callers: CALLERS_OF_BARE }, 0),
    createOrder: doing('create-order', { what: 'CREATE', url: world.url, callers: CALLERS }, 4000),
    fullPayment: doing('full-payment', { what: 'PAY', url: world.url, callers: CALLERS }, 2000),
    firstAttempts,
    async close() {
      await merchants.close()
      await bare.close()
    },
  }
}
