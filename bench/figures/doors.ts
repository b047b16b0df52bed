/** Through the signed door: an order created, and a whole payment until the merchant has acknowledged. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { amount, pick } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import { calls, limitOf, measure, percentile } from '../measure.ts'
import { httpPart, rsaParts, sqlCreatePart, sqlDeliverPart, sqlPayPart } from '../parts.ts'
import { baselines, compared, figure, type Figure } from '../report.ts'
import { send, signCreateCalls } from '../requests.ts'

/** Enough that full batches come together; the wallet sends half as many notifications to one receiver at once. */
const CALLERS = 256

export async function createOrderFigures(bench: Bench): Promise<Figure[]> {
  const { world, timing, say } = bench
  say('Signed create-order…')
  const signed = await signCreateCalls(enough(bench, 3000), {
    clientId: world.clients[0]!.clientId,
    privateKey: world.privateKey,
    prefix: 'create',
  })
  const createOrder = async (): Promise<boolean> => {
    const call = signed.pop()
    if (!call) return false
    const answer = await send(world.url, call)
    if (!answer.includes('"ACCEPT"')) throw new Error(`create-order was answered: ${answer}`)
    return true
  }
  const http = await httpPart(bench)
  const rates = await measure(
    [
      http,
      ...(await rsaParts(bench)),
      sqlCreatePart(bench),
      calls({ name: 'create-order', callers: CALLERS, once: createOrder }),
    ],
    timing,
  )
  await http.close()
  return [
    ...baselines(rates, ['http', 'rsa-verify', 'rsa-sign', 'sql-create'], 'create-order'),
    compared(rates, 'create-order', 'HTTP + verify + sign + SQL, bare', (rateOf) =>
      limitOf([rateOf('http'), rateOf('rsa-verify'), rateOf('rsa-sign'), rateOf('sql-create')]),
    ),
  ]
}

export async function fullPaymentFigures(bench: Bench): Promise<Figure[]> {
  const { world, timing, say } = bench
  say('Full payment…')
  const merchant = await startMerchant()
  const signed = await signCreateCalls(enough(bench, 1500), {
    clientId: world.clients[0]!.clientId,
    privateKey: world.privateKey,
    prefix: 'full',
    notifyUrl: merchant.notifyUrl,
  })
  const firstAttempts: number[] = []
  const wholePayment = async (): Promise<boolean> => {
    const call = signed.pop()
    if (!call) return false
    const { paymentId: tradeNo } = JSON.parse(await send(world.url, call)) as { paymentId: string }
    const told = merchant.told(tradeNo)
    await world.server.rooms.payments.confirm({ tradeNo, payerId: pick(world.userIds), amount })
    // The room answers when the payment is committed.
    const committedAt = performance.now()
    firstAttempts.push(Math.max(0, (await told) - committedAt))
    return true
  }
  const http = await httpPart(bench)
  const rates = await measure(
    [
      http,
      ...(await rsaParts(bench)),
      sqlCreatePart(bench),
      await sqlPayPart(bench),
      sqlDeliverPart(bench),
      calls({ name: 'full-payment', callers: CALLERS, once: wholePayment }),
    ],
    timing,
  )
  await http.close()
  merchant.close()
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
      percentile(firstAttempts, 0.95),
      'from commit to the first byte received; the goal is 1,000',
      null,
      'ms',
    ),
  ]
}

/** A merchant's server that acknowledges everything. */
async function startMerchant(): Promise<{
  notifyUrl: string
  /** Resolves when it has been told of this payment: with the time at which the first attempt began to arrive. */
  told(tradeNo: string): Promise<number>
  close(): void
}> {
  const acknowledgement = JSON.stringify({
    result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
  })
  const waiting = new Map<string, (at: number) => void>()
  const server = createServer((request, response) => {
    const at = performance.now()
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json').end(acknowledgement)
      const { paymentId } = JSON.parse(Buffer.concat(chunks).toString()) as { paymentId: string }
      waiting.get(paymentId)?.(at)
      waiting.delete(paymentId)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    notifyUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    told: (tradeNo) => new Promise((resolve) => waiting.set(tradeNo, resolve)),
    close: () => server.close(),
  }
}
