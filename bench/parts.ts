/** What the hot paths are made of, each by itself: RSA, a bare server, and the money transactions. They are measured in turns with it. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { signRsa, verifyRsa } from '@tradepay/signature'
import fastify from 'fastify'
import { createBare, deliverBare, makeDue, makeOrders, payBare } from './bare.ts'
import { enough, type Bench } from './bench.ts'
import { calls, type Candidate } from './measure.ts'

/** As many as come together when 32 callers wait for each other. */
const BATCH = 32

/** One signature, and one verification, of 500 bytes. */
export async function rsaParts({ world }: Bench): Promise<Candidate<'rsa-sign' | 'rsa-verify'>[]> {
  const privateKey = createPrivateKey(world.privateKey)
  const publicKey = createPublicKey(privateKey)
  const text = Buffer.alloc(500, 'x')
  const signed = await signRsa(text, privateKey)
  return [
    calls({ name: 'rsa-sign', callers: 16, once: () => signRsa(text, privateKey) }),
    calls({ name: 'rsa-verify', callers: 16, once: async () => verifyRsa(text, signed, publicKey) }),
  ]
}

/** A server that does nothing but answer. */
export async function startBareServer(): Promise<{ url: string; close(): Promise<void> }> {
  const bare = fastify()
  bare.removeAllContentTypeParsers()
  bare.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  bare.post('/v1/payments/pay', async () => ({ ok: true }))
  await bare.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${(bare.server.address() as AddressInfo).port}`,
    close: () => bare.close(),
  }
}

/** The rows of an order. */
export const sqlCreatePart = ({ world }: Bench): Candidate<'sql-create'> =>
  calls({ name: 'sql-create', callers: 1, times: BATCH, once: createBare(world, BATCH) })

/** The rows of a payment. */
export async function sqlPayPart(bench: Bench): Promise<Candidate<'sql-pay'>> {
  const orders = await makeOrders(bench.world, bench.world.clients, enough(bench, 12_000))
  return calls({ name: 'sql-pay', callers: 1, times: BATCH, once: payBare(bench.world, orders, BATCH) })
}

/** The claim of a notification, and what came of it. */
export function sqlDeliverPart({ world }: Bench): Candidate<'sql-deliver'> {
  return {
    name: 'sql-deliver',
    async rate(seconds) {
      const due = await makeDue(world, enough({ timing: { seconds, rounds: 1 } }, 12_000))
      const once = deliverBare(world, due, BATCH)
      return calls({ name: 'sql-deliver', callers: 1, times: BATCH, once }).rate(seconds)
    },
  }
}

/** The rows of a payment, one payment a transaction. */
export async function sqlPayOnePart(bench: Bench): Promise<Candidate<'sql-pay-one'>> {
  const orders = await makeOrders(bench.world, bench.world.clients, enough(bench, 2_000))
  return calls({ name: 'sql-pay-one', callers: 16, once: payBare(bench.world, orders, 1) })
}
