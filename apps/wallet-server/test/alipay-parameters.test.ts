/** Where the parameters of a gateway call may stand, and what stands where a name comes twice. Source: alipay-openapi §1. */
import type { InjectOptions } from 'fastify'
import { alipayRequestString, parsePrivateKey, signAlipay } from '@tradepay/signature'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOUNDARY, gmt8, openDoors, readAlipayAnswer, tradeRequest, type Doors } from './merchant-doors.ts'

let doors: Doors
beforeAll(async () => {
  doors = await openDoors({ seed: 51 })
})
afterAll(() => doors.close())

type Parameters = Record<string, string>

/** The parameters of a create call, signed, with a subject that every encoding can go wrong with. */
async function signed(about: Parameters = {}): Promise<Parameters> {
  const parameters: Parameters = {
    app_id: doors.merchant.client.clientId,
    method: 'alipay.trade.create',
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: gmt8(doors.clock.now()),
    version: '1.0',
    biz_content: JSON.stringify(tradeRequest({ subject: '珍珠奶茶 🧋 100% + "milk"' })),
    ...about,
  }
  const sign = await signAlipay(alipayRequestString(parameters), parsePrivateKey(doors.merchant.privateKey))
  return { ...parameters, sign }
}

const form = (of: Parameters): string => new URLSearchParams(of).toString()
const json = (of: Parameters): string => JSON.stringify(of)
function multipart(of: Parameters): string {
  const parts = Object.entries(of).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n${value}\r\n`,
  )
  return `${parts.join('')}--${BOUNDARY}--\r\n`
}
const bodies = {
  form: { type: 'application/x-www-form-urlencoded', write: form },
  multipart: { type: `multipart/form-data; boundary=${BOUNDARY}`, write: multipart },
  JSON: { type: 'application/json;charset=UTF-8', write: json },
}
type Kind = keyof typeof bodies

function post(query: Parameters, body: Parameters, kind: Kind): InjectOptions {
  const { type, write } = bodies[kind]
  const headers = { 'content-type': type }
  return { method: 'POST', url: `/gateway.do?${form(query)}`, headers, payload: write(body) }
}
const send = (request: InjectOptions) => readAlipayAnswer(doors, request)

describe.each(Object.keys(bodies) as Kind[])('a body as %s', (kind) => {
  test('may carry all parameters', async () => {
    expect(await send(post({}, await signed(), kind))).toMatchObject({ node: { code: '10000' }, verified: true })
  })
  test('may carry biz_content only, and the query the rest', async () => {
    const { biz_content: content = '', ...common } = await signed()
    expect((await send(post(common, { biz_content: content }, kind))).node).toMatchObject({ code: '10000' })
  })
  test('may carry what the query carries too', async () => {
    const all = await signed()
    expect((await send(post(all, all, kind))).node).toMatchObject({ code: '10000' })
  })
  test('wins over the query where both carry a name', async () => {
    const [wanted, other] = [await signed(), await signed()]
    const { node } = await send(post({ ...wanted, biz_content: other['biz_content']! }, wanted, kind))
    const { out_trade_no: number } = JSON.parse(wanted['biz_content']!) as { out_trade_no: string }
    expect(node).toMatchObject({ code: '10000', out_trade_no: number })
  })
  test('that was not signed does not pass for what was', async () => {
    const [wanted, other] = [await signed(), await signed()]
    const before = await doors.orders()
    const { node } = await send(post(wanted, { biz_content: other['biz_content']! }, kind))
    expect(node).toMatchObject({ sub_code: 'isv.invalid-signature' })
    expect(await doors.orders()).toBe(before)
  })
})

test('the whole call may stand in the query, by GET and by POST with an empty body', async () => {
  for (const method of ['GET', 'POST'] as const) {
    const { node } = await send({ method, url: `/gateway.do?${form(await signed())}` })
    expect(node).toMatchObject({ code: '10000' })
  }
})

test('a form whose type is missing or unknown is read as a form', async () => {
  for (const type of ['text/plain', 'application/octet-stream', undefined]) {
    const headers = type === undefined ? {} : { 'content-type': type }
    const { node } = await send({ method: 'POST', url: '/gateway.do', headers, payload: form(await signed()) })
    expect(node).toMatchObject({ code: '10000' })
  }
})

test('a name that comes twice in one place stands for its last value', async () => {
  const [wanted, other] = [await signed(), await signed()]
  const twice = `${form({ biz_content: other['biz_content']! })}&${form(wanted)}`
  expect((await send({ method: 'GET', url: `/gateway.do?${twice}` })).node).toMatchObject({ code: '10000' })
})

test('a blank may be written as + and as %20', async () => {
  const text = form(await signed())
  expect(text).toContain('+')
  expect((await send({ method: 'GET', url: `/gateway.do?${text.replaceAll('+', '%20')}` })).node).toMatchObject({
    code: '10000',
  })
})

test('files are no parameters: they are neither signed nor read', async () => {
  const all = await signed()
  const file =
    '--xYz\r\nContent-Disposition: form-data; name="biz_content"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n{}\r\n'
  const headers = { 'content-type': 'multipart/form-data; boundary=' + BOUNDARY }
  const payload = multipart(all).replace('--xYz--', `${file}--xYz--`)
  expect((await send({ method: 'POST', url: '/gateway.do', headers, payload })).node).toMatchObject({ code: '10000' })
})

test.each([
  ['biz_content as an object', (all: Parameters) => JSON.stringify({ ...all, biz_content: {} }), /text/],
  ['a list', () => '[]', /object/],
  ['no JSON at all', () => '{', /is not/],
])('a JSON body with %s is refused, saying what is expected', async (_, payload, message) => {
  const all = await signed()
  const request = post({}, {}, 'JSON')
  const { node } = await send({ ...request, url: '/gateway.do?method=alipay.trade.create', payload: payload(all) })
  expect(node).toMatchObject({ code: '40002', sub_code: 'isv.invalid-parameter' })
  expect(node['sub_msg']).toMatch(message)
})

test('an order string is not called at the gateway, which says where it belongs', async () => {
  const { node } = await send(post({}, await signed({ method: 'alipay.trade.app.pay' }), 'form'))
  expect(node).toMatchObject({
    sub_code: 'isv.invalid-method',
    sub_msg: expect.stringContaining('my.tradePay({ orderStr })') as string,
  })
})
