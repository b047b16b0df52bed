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
  const parts = multipart({ biz_content: other['biz_content']! }).replace(`--${BOUNDARY}--\r\n`, multipart(wanted))
  expect((await send({ ...post({}, {}, 'multipart'), url: '/gateway.do', payload: parts })).node).toMatchObject({
    code: '10000',
  })
})

test('a blank may be written as + and as %20', async () => {
  const text = form(await signed())
  expect(text).toContain('+')
  expect((await send({ method: 'GET', url: `/gateway.do?${text.replaceAll('+', '%20')}` })).node).toMatchObject({
    code: '10000',
  })
})

describe('a body in parts', () => {
  const type = `multipart/form-data; boundary=${BOUNDARY}`
  const line = `--${BOUNDARY}\r\n`
  const end = `--${BOUNDARY}--\r\n`
  const call = (payload: string | Buffer, as = type) =>
    send({ method: 'POST', url: '/gateway.do', headers: { 'content-type': as }, payload })

  test('holds files, which are no parameters: they are neither signed nor read', async () => {
    const file = `${line}Content-Disposition: form-data; name="biz_content"; filename="图.txt"\r\nContent-Type: text/plain\r\n\r\n{}\r\n`
    const { node } = await call(multipart(await signed()).replace(end, file + end))
    expect(node).toMatchObject({ code: '10000' })
  })

  test.each([
    ['the boundary', `a${BOUNDARY}c`],
    ['a line with the boundary in mid line', `a${line}`],
    ['the closing line in mid line', `a${end}c`],
    ['a byte order mark at its start', '\ufeffmilk'],
    ['line breaks of every kind, at both ends too', '\r\n\n\r--\r\n--\r\n\r\n'],
  ])('carries a value with %s to the byte', async (_, value) => {
    const { node } = await call(multipart(await signed({ passback_params: value })))
    expect(node).toMatchObject({ code: '10000' })
  })

  test.each([
    ['a line break before the first line', (body: string) => `\r\n${body}`, type],
    ['text after the last line', (body: string) => `${body}bye`, type],
    ['no line break at the end', (body: string) => body.trimEnd(), type],
    ['a boundary in quotes', (body: string) => body, `Multipart/Form-Data; charset=utf-8; boundary="${BOUNDARY}"`],
    [
      'a boundary before other words',
      (body: string) => body,
      `multipart/form-data;boundary=${BOUNDARY} ;charset=utf-8`,
    ],
  ])('may have %s', async (_, rewritten, as) => {
    expect((await call(rewritten(multipart(await signed())), as)).node).toMatchObject({ code: '10000' })
  })

  const field = (headers: string) => `${line}${headers}\r\n\r\nx\r\n`
  const named = 'Content-Disposition: form-data; name="x"'
  test.each([
    ['that names no boundary', (body: string) => body, 'multipart/form-data', /no boundary/],
    ['that names an empty boundary', (body: string) => body, 'multipart/form-data; boundary=', /no boundary/],
    ['that names another boundary', (body: string) => body, 'multipart/form-data; boundary=other', /initial boundary/],
    ['without its last line', (body: string) => body.replace(end, ''), type, /not finished/],
    ['cut off within a value', (body: string) => body.slice(0, -40), type, /not finished/],
    ['cut off within headers', (body: string) => body.replace(end, line + named), type, /not finished/],
    ['of lines that end with LF', (body: string) => body.replaceAll('\r\n', '\n'), type, /not finished/],
    ['with text before the first line', (body: string) => `hello\r\n${body}`, type, /initial boundary/],
    ['with a part without headers', (body: string) => `${line}\r\nx\r\n${body}`, type, /do not end/],
    ['with headers that do not end', (body: string) => `${line}${named}\r\n${body}`, type, /do not end/],
    ['with a value that starts with a line', (body: string) => `${line}${named}\r\n\r\n${body}`, type, /do not end/],
    [
      'with a longer line',
      (body: string) => field(named).replace('x\r\n', `\r\n--${BOUNDARY}x\r\n`) + body,
      type,
      /do not end/,
    ],
    [
      'with a part without a name',
      (body: string) => field('Content-Disposition: form-data') + body,
      type,
      /with a name/,
    ],
    [
      'with an empty name',
      (body: string) => field('Content-Disposition: form-data; name=""') + body,
      type,
      /with a name/,
    ],
    [
      'with a part that is no field',
      (body: string) => field(named.replace('form-data', 'inline')) + body,
      type,
      /form-data/,
    ],
    ['with a part of other headers', (body: string) => field('Content-Type: text/plain') + body, type, /form-data/],
    ['with headers that are no headers', (body: string) => field('what?') + body, type, /form-data/],
    [
      'with headers without bounds',
      (body: string) => field(`${named}\r\nX: ${'x'.repeat(9_000)}`) + body,
      type,
      /header size/,
    ],
    ['of too many parts', (body: string) => field(named).repeat(1_000) + body, type, /part count/],
  ])('%s is refused as a whole, saying why', async (_, spoilt, as, why) => {
    const before = await doors.orders()
    const { status, node, verified } = await call(spoilt(multipart(await signed())), as)
    expect({ status, verified }).toEqual({ status: 200, verified: true })
    expect(node).toMatchObject({ code: '40002', sub_code: 'isv.invalid-parameter' })
    expect(node['sub_msg']).toMatch(/multipart\/form-data, and is not\./)
    expect(node['sub_msg']).toMatch(why)
    expect(await doors.orders()).toBe(before)
  })

  test('with headers that are no text is refused as a whole, saying why', async () => {
    const { node } = await call(Buffer.from(multipart(await signed({ ['nam\xe9']: 'x' })), 'latin1'))
    expect(node).toMatchObject({ code: '40002', sub_code: 'isv.invalid-parameter' })
    expect(node['sub_msg']).toMatch(/not UTF-8/)
  })
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
