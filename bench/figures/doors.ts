/** Through the signed door: an order created, and a whole payment until the merchant has acknowledged. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { amount, pick } from '../bare.ts'
import { enough, type Bench } from '../bench.ts'
import { limitOf, measure, percentile } from '../measure.ts'
import { figure, type Figure } from '../report.ts'
import { send, signCreateCalls } from '../requests.ts'

const CALLERS = 32

export async function createOrderFigures(bench: Bench): Promise<Figure[]> {
  const { world, timing, say, part } = bench
  say('Signed create-order…')
  const calls = await signCreateCalls(enough(bench, 3000), {
    clientId: world.clients[0]!.clientId,
    privateKey: world.privateKey,
    prefix: 'create',
  })
  const createOrder = async (): Promise<boolean> => {
    const call = calls.pop()
    if (!call) return false
    const answer = await send(world.url, call)
    if (!answer.includes('"ACCEPT"')) throw new Error(`create-order was answered: ${answer}`)
    return true
  }
  const rates = await measure([{ name: 'create-order', callers: CALLERS, once: createOrder }], timing)
  const limit = limitOf([part('http'), part('rsa-verify'), part('rsa-sign'), part('sql-create')])
  return [figure('create-order', rates.get('create-order')!, 'HTTP + verify + sign + SQL, bare', limit)]
}

export async function fullPaymentFigures(bench: Bench): Promise<Figure[]> {
  const { world, timing, say, part } = bench
  say('Full payment…')
  const merchant = await startMerchant()
  const calls = await signCreateCalls(enough(bench, 1000), {
    clientId: world.clients[0]!.clientId,
    privateKey: world.privateKey,
    prefix: 'full',
    notifyUrl: merchant.notifyUrl,
  })
  const firstAttempts: number[] = []
  const wholePayment = async (): Promise<boolean> => {
    const call = calls.pop()
    if (!call) return false
    const { paymentId: tradeNo } = JSON.parse(await send(world.url, call)) as { paymentId: string }
    const told = merchant.told(tradeNo)
    await world.server.rooms.payments.confirm({ tradeNo, payerId: pick(world.userIds), amount })
    // The room answers when the payment is committed.
    const committedAt = performance.now()
    firstAttempts.push(Math.max(0, (await told) - committedAt))
    return true
  }
  const rates = await measure([{ name: 'full-payment', callers: CALLERS, once: wholePayment }], timing)
  merchant.close()
  // Two signatures of the wallet (its answer and the notification), one verification, two exchanges over HTTP, and what is
  // written: the order, the payment, the claim of its notification and what came of it.
  const limit = limitOf([
    part('http'),
    part('http'),
    part('rsa-verify'),
    part('rsa-sign'),
    part('rsa-sign'),
    part('sql-create'),
    part('sql-pay'),
    part('sql-deliver'),
  ])
  return [
    figure('full-payment', rates.get('full-payment')!, '2 HTTP + verify + 2 sign + SQL, bare', limit),
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
