/** The baselines: RSA, HTTP, and the money transactions, each by itself. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { signRsa, verifyRsa } from '@tradepay/signature'
import fastify from 'fastify'
import { createBare, deliverBare, makeDue, makeOrders, payBare } from '../bare.ts'
import { enough, type Bench, type Part } from '../bench.ts'
import { measure } from '../measure.ts'
import { send, signCreateCalls } from '../requests.ts'

/** As many as come together when 32 callers wait for each other. */
const BATCH = 32

/** Times per second of each part. */
export async function measureParts(bench: Omit<Bench, 'part'>): Promise<Map<Part, number>> {
  const { world, timing } = bench
  const privateKey = createPrivateKey(world.privateKey)
  const publicKey = createPublicKey(privateKey)
  const text = Buffer.alloc(500, 'x')
  const signed = await signRsa(text, privateKey)

  const bare = fastify()
  bare.removeAllContentTypeParsers()
  bare.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  bare.post('/v1/payments/pay', async () => ({ ok: true }))
  await bare.listen({ host: '127.0.0.1', port: 0 })
  const bareUrl = `http://127.0.0.1:${(bare.server.address() as AddressInfo).port}`
  const { clientId } = world.clients[0]!
  const [sample] = await signCreateCalls(1, { clientId, privateKey: world.privateKey, prefix: 'sample' })

  const alone = await makeOrders(world, world.clients, enough(bench, 2_000))
  const together = await makeOrders(world, world.clients, enough(bench, 12_000))
  const due = await makeDue(world, enough(bench, 12_000))
  const rates = await measure<Part>(
    [
      { name: 'rsa-sign', callers: 16, once: () => signRsa(text, privateKey) },
      { name: 'rsa-verify', callers: 16, once: () => verifyRsa(text, signed, publicKey) },
      { name: 'http', callers: 32, once: () => send(bareUrl, sample!) },
      { name: 'sql-create', callers: 1, times: BATCH, once: createBare(world, BATCH) },
      { name: 'sql-pay', callers: 1, times: BATCH, once: payBare(world, together, BATCH) },
      { name: 'sql-deliver', callers: 1, times: BATCH, once: deliverBare(world, due, BATCH) },
      { name: 'sql-pay-one', callers: 16, once: payBare(world, alone, 1) },
    ],
    timing,
  )
  await bare.close()
  return rates
}
