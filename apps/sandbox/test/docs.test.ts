/**
 * Promises of the description of the sandbox's doors: every door is described and nothing else is, what it answers is what is
 * said, and the whole is served where the sandbox is.
 */
import { answerOf, checkOf, type Method, type OpenApiDocument } from '@tradepay/contract/open-api'
import { described, inLines, routesOf } from '@tradepay/wallet-server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOrder, testSandbox, type TestSandbox } from './support.ts'

let world: TestSandbox
let document: OpenApiDocument
beforeAll(async () => {
  world = await testSandbox()
  document = (await (await fetch(`${world.sandbox.world.docsUrl}/sandbox.json`)).json()) as OpenApiDocument
})
afterAll(() => world.close())

test('every door is described, and nothing that is none', () => {
  const routed = routesOf(world.sandbox.server.http).filter(({ path }) => path.startsWith('/sandbox/'))
  expect(routed.length).toBeGreaterThan(10)
  expect(inLines(described(document))).toEqual(inLines(routed))
})

test('what is answered is what is described, refusals too', async () => {
  await call('post', '/sandbox/v1/reset')
  const { users, apps } = world.sandbox.world
  const tradeNo = await createOrder(world.sandbox)
  const userId = users[0]!.userId
  await call('get', '/sandbox/v1/people')
  await call('get', '/sandbox/v1/clock')
  await call('post', '/sandbox/v1/clock', { body: { advanceSeconds: 1 } })
  await call('post', '/sandbox/v1/clock', { body: { advanceSeconds: -1 }, status: 400 })
  await call('post', '/sandbox/v1/sessions', { body: { userId } })
  await call('post', '/sandbox/v1/orders/{tradeNo}/cancel', { tradeNo, body: { userId } })
  await call('post', '/sandbox/v1/orders/{tradeNo}/confirm', {
    tradeNo,
    body: { userId, outcome: 'WRONG_PIN' },
    status: 403,
  })
  await call('post', '/sandbox/v1/orders/{tradeNo}/confirm', { tradeNo, body: { userId } })
  await call('post', '/sandbox/v1/orders/{tradeNo}/confirm', { tradeNo: 'none', body: { userId }, status: 404 })
  await call('get', '/sandbox/v1/orders/{tradeNo}/timeline', { tradeNo })
  await call('post', '/sandbox/v1/orders/{tradeNo}/timeline', { tradeNo, body: { entries: [] }, status: 401 })
  const amount = { currency: 'CNY', value: '100' }
  const payOut = { merchantId: apps.at(-1)!.merchantId, body: { requestId: 'pay-out-1', amount } }
  await call('post', '/sandbox/v1/merchants/{merchantId}/pay-outs', payOut)
  const explained = document.paths['/sandbox/v1/explain']!.post!.requestBody!.content['application/json']!.examples!
  const example = explained['example']!.value as object
  await call('post', '/sandbox/v1/explain', { body: { ...example, clientId: apps[0]!.clientId } })
  await call('post', '/sandbox/v1/explain', { body: example, status: 404 })
})

interface Wish {
  body?: unknown
  status?: number
  tradeNo?: string
  merchantId?: string
}

/** Calls a door and holds its answer against what the document says of the status that it has. */
async function call(method: Method, path: string, { body, status = 200, ...names }: Wish = {}): Promise<void> {
  const verb = method === 'get' ? 'GET' : 'POST'
  const answer = await world.call(filled(path, names), { method: verb, ...(body === undefined ? {} : { body }) })
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(status)
  const schema = answerOf(document.paths[path]![method]!, status)!.content!['application/json']!.schema!
  expect(checkOf(document, schema)(answer.body), path).toEqual([])
}

const filled = (path: string, names: Record<string, string>): string =>
  path.replace(/\{([^}]+)\}/g, (whole, name: string) => names[name] ?? whole)
