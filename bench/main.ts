/**
 * `npm run bench -- [--json FILE] [--seconds N] [--rounds N]`: how fast the wallet is, as ratios against bare baselines
 * measured in the same run, interleaved. Absolute figures belong to the machine; the ratios belong to the code.
 *
 * The caller runs in the same process as the server, as does every baseline, so neither has cores to itself.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { signRsa, verifyRsa } from '@tradepay/signature'
import fastify from 'fastify'
import { amount, confirmNext, createBare, makeOrders, payBare, pick } from './bare.ts'
import { limitOf, measure, percentile } from './measure.ts'
import { pgbench } from './pgbench.ts'
import { figure, printTable, writeJson, type Figure } from './report.ts'
import { closeConnections, send, signCreateCalls } from './requests.ts'
import { createBenchWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
  },
})
const timing = { seconds: Number(values.seconds), rounds: Number(values.rounds) }
if (!(timing.seconds > 0) || !Number.isSafeInteger(timing.rounds) || timing.rounds < 1) {
  process.stderr.write('--seconds takes a positive number, --rounds a whole number of at least 1.\n')
  process.exit(2)
}
const say = (line: string): void => void process.stderr.write(`${line}\n`)

say('Starting PostgreSQL and the wallet…')
const world = await createBenchWorld()
const { rooms } = world.server
const spread = world.clients
const hot = [spread[0]!]

/** As many as come together when 32 callers wait for each other. */
const BATCH = 32

const figures: Figure[] = []
const perRound = timing.seconds * timing.rounds

// ── Baselines: what the parts cost by themselves ────────────────────────────────────────────────────────────────
say('Baselines: RSA, HTTP, SQL…')
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

const [sample] = await signCreateCalls(1, {
  clientId: hot[0]!.clientId,
  privateKey: world.privateKey,
  prefix: 'sample',
})
const alone = await makeOrders(world, spread, Math.ceil(9000 * perRound))
const together = await makeOrders(world, spread, Math.ceil(40_000 * perRound))
const parts = await measure(
  [
    { name: 'rsa-sign', callers: 16, once: () => signRsa(text, privateKey) },
    { name: 'rsa-verify', callers: 16, once: () => verifyRsa(text, signed, publicKey) },
    { name: 'http', callers: 32, once: () => send(bareUrl, sample!) },
    { name: 'sql-create', callers: 1, times: BATCH, once: createBare(world, BATCH) },
    { name: 'sql-pay', callers: 1, times: BATCH, once: payBare(world, together, BATCH) },
    { name: 'sql-pay-one', callers: 16, once: payBare(world, alone, 1) },
  ],
  timing,
)
for (const [name, rate] of parts) figures.push(figure(name, rate, 'a baseline', null))
const part = (name: string): number => parts.get(name)!

// ── Confirm: through the room and its batcher ───────────────────────────────────────────────────────────────────
say('Confirm, many merchants and one…')
const many = await makeOrders(world, spread, Math.ceil(40_000 * perRound))
const one = await makeOrders(world, hot, Math.ceil(40_000 * perRound))
const confirms = await measure(
  [
    { name: 'confirm', callers: 256, once: confirmNext(world, many) },
    { name: 'hot-merchant', callers: 256, once: confirmNext(world, one) },
  ],
  timing,
)
const confirm = confirms.get('confirm')!
figures.push(figure('confirm', confirm, 'one payment a transaction, 16 callers, bare', part('sql-pay-one')))
say('pgbench…')
const simple = await pgbench(world.databaseUrl, perRound)
if (simple === null) say('pgbench is not installed: that ratio is left out.')
else figures.push(figure('confirm-vs-pgbench', confirm, 'pgbench -N, scale 50, 16 clients', simple))
figures.push(figure('hot-merchant', confirms.get('hot-merchant')!, 'payments spread over 1,000 merchants', confirm))

say('Confirm, alone…')
const single = await makeOrders(world, spread, 500)
const times: number[] = []
for (const tradeNo of single) {
  const started = performance.now()
  await rooms.payments.confirm({ tradeNo, payerId: pick(world.userIds), amount })
  times.push(performance.now() - started)
}
figures.push(figure('confirm-alone-p95', percentile(times, 0.95), 'p95 of one at a time', null, 'ms'))

// ── Create order: signed, through the door ──────────────────────────────────────────────────────────────────────
say('Signed create-order…')
const clientId = hot[0]!.clientId
const calls = await signCreateCalls(Math.ceil(4000 * perRound), {
  clientId,
  privateKey: world.privateKey,
  prefix: 'create',
})
const create = await measure(
  [
    {
      name: 'create-order',
      callers: 32,
      once: async () => {
        const call = calls.pop()
        if (!call) return false
        const answer = await send(world.url, call)
        if (!answer.includes('"ACCEPT"')) throw new Error(`create-order was answered: ${answer}`)
        return true
      },
    },
  ],
  timing,
)
const createLimit = limitOf([part('http'), part('rsa-verify'), part('rsa-sign'), part('sql-create')])
figures.push(figure('create-order', create.get('create-order')!, 'HTTP + verify + sign + SQL, bare', createLimit))

// ── Full payment: created, confirmed, and the merchant told ─────────────────────────────────────────────────────
say('Full payment…')
const acknowledgement = JSON.stringify({
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
})
const told = new Map<string, () => void>()
const sink = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.setHeader('content-type', 'application/json').end(acknowledgement)
    const { paymentId } = JSON.parse(Buffer.concat(chunks).toString()) as { paymentId: string }
    told.get(paymentId)?.()
    told.delete(paymentId)
  })
})
sink.listen(0, '127.0.0.1')
await once(sink, 'listening')
const notifyUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/notify`
const fullCalls = await signCreateCalls(Math.ceil(2000 * perRound), {
  clientId,
  privateKey: world.privateKey,
  prefix: 'full',
  notifyUrl,
})
const full = await measure(
  [
    {
      name: 'full-payment',
      callers: 32,
      once: async () => {
        const call = fullCalls.pop()
        if (!call) return false
        const { paymentId: tradeNo } = JSON.parse(await send(world.url, call)) as { paymentId: string }
        const notified = new Promise<void>((resolve) => told.set(tradeNo, resolve))
        await rooms.payments.confirm({ tradeNo, payerId: pick(world.userIds), amount })
        await notified
        return true
      },
    },
  ],
  timing,
)
// Two signatures of the wallet (its answer and the notification), one verification, two exchanges over HTTP.
const fullLimit = limitOf([
  part('http'),
  part('http'),
  part('rsa-verify'),
  part('rsa-sign'),
  part('rsa-sign'),
  part('sql-create'),
  confirm,
])
figures.push(figure('full-payment', full.get('full-payment')!, '2 HTTP + verify + 2 sign + SQL, bare', fullLimit))

process.stdout.write(`\n${printTable(figures)}\n`)
if (values.json) await writeJson(values.json, figures)
closeConnections()
sink.close()
await bare.close()
await world.close()
