/** The sandbox doors against a whole sandbox: what they do, and more of what they refuse. */
import { request } from 'node:http'
import { sandboxPaths } from '@tradepay/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLoopbackAddress, isLoopbackHost } from '../src/doors/guard.ts'
import { people } from '../src/index.ts'
import { createOrder, testSandbox, type Answer, type Call, type TestSandbox } from './support.ts'

let test: TestSandbox
beforeAll(async () => void (test = await testSandbox()))
afterAll(async () => await test.close())

const call = (path: string, given?: Call): Promise<Answer> => test.call(path, given)
const errorOf = ({ body }: Answer): Record<string, string> => (body['error'] ?? {}) as Record<string, string>
const [mei, sam, ana] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]]
const UNKNOWN_NO = '2026010100000000201123456789'

async function balanceOf(userId: string): Promise<bigint> {
  const [first] = await test.sandbox.server.rooms.users.balances(userId)
  return first!.available.minor
}

describe('who may call', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('a peer at %s is this machine', (address) => {
    expect(isLoopbackAddress(address)).toBe(true)
  })
  it.each(['192.168.1.4', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '1.127.0.0.1', undefined])(
    'a peer at %s is not',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(false)
    },
  )
  it.each(['localhost:4100', '127.0.0.1:4100', '127.0.0.1', '[::1]:4100'])('the Host %s names this machine', (host) => {
    expect(isLoopbackHost(host)).toBe(true)
  })
  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'x@127.0.0.1',
    '192.168.1.4:4100',
    '',
    undefined,
  ])('the Host %s does not', (host) => expect(isLoopbackHost(host)).toBe(false))

  it('a name that leads here (DNS rebinding) is refused at every door', async () => {
    for (const path of [sandboxPaths.people, sandboxPaths.clock, sandboxPaths.timeline(UNKNOWN_NO)]) {
      expect(await statusWithHost(path, 'evil.example')).toBe(403)
    }
  })

  it('a page of another origin can neither reset nor move the clock', async () => {
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      expect((await call(sandboxPaths.clock, { body: { advanceSeconds: 60 }, headers })).status).toBe(403)
      expect((await call(sandboxPaths.reset, { method: 'POST', headers })).status).toBe(403)
    }
  })

  it('a form of any page is not read', async () => {
    const headers = { 'content-type': 'text/plain' }
    const answer = await call(sandboxPaths.clock, { body: '{"advanceSeconds":60}', headers })
    expect([answer.status, errorOf(answer)['code']]).toEqual([415, 'BODY_MALFORMED'])
  })
})

describe('JSON that is nested ten thousand deep', () => {
  const deep = '{"a":'.repeat(10_000) + '0' + '}'.repeat(10_000)

  it.each([
    [sandboxPaths.explain, deep],
    [sandboxPaths.explain, `{"family":"ALIPAY","parameters":${deep}}`],
    [sandboxPaths.clock, `{"set":${deep}}`],
    [sandboxPaths.apps, `{"name":"Tea","dialect":${deep}}`],
  ])('is refused at %s in words', async (path, body) => {
    const answer = await call(path, { body })
    expect([answer.status, errorOf(answer)]).toMatchObject([
      400,
      { code: 'BODY_MALFORMED', expected: 'JSON of at most 32 levels' },
    ])
  })
})

describe('paying without a browser', () => {
  it('confirm moves the money once, however often it is called', async () => {
    const tradeNo = await createOrder(test.sandbox)
    const before = await balanceOf(mei.userId)
    const first = await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
    const second = await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
    expect(first).toMatchObject({
      status: 200,
      body: { outcome: 'SUCCEEDED', amount: { currency: 'CNY', value: '1250' } },
    })
    expect(second.body).toEqual(first.body)
    expect(before - (await balanceOf(mei.userId))).toBe(1250n)
  })

  it.each([
    ['somebody nearly out of money', sam.userId, 'BALANCE_NOT_ENOUGH'],
    ['a frozen account', ana.userId, 'USER_FROZEN'],
    ['nobody of this world', '2088000000000000', 'USER_NOT_FOUND'],
  ])('%s cannot pay', async (_who, userId, code) => {
    const tradeNo = await createOrder(test.sandbox)
    const answer = await call(sandboxPaths.confirm(tradeNo), { body: { userId } })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(errorOf(answer)['code']).toBe(code)
  })

  it.each([
    ['outcome', { outcom: 'WRONG_PIN' }],
    ['method', { Method: 'BANK' }],
  ])('a misspelt "%s" is refused, and nothing is paid', async (_name, misspelt) => {
    const tradeNo = await createOrder(test.sandbox)
    const answer = await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId, ...misspelt } })
    expect(errorOf(answer)).toMatchObject({
      code: 'INVALID_PARAMETER',
      field: Object.keys(misspelt)[0],
      expected: 'no field of this name; there are userId, method, bank, outcome',
    })
    expect((await test.sandbox.server.rooms.orders.find(tradeNo)).state).toBe('CREATED')
  })

  it('a wrong PIN spends a try and moves nothing', async () => {
    const tradeNo = await createOrder(test.sandbox)
    const before = await balanceOf(mei.userId)
    const answer = await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId, outcome: 'WRONG_PIN' } })
    expect(errorOf(answer)['code']).toBe('PIN_WRONG')
    expect(await balanceOf(mei.userId)).toBe(before)
    expect((await test.sandbox.server.rooms.users.pinState(mei.userId)).triesLeft).toBe(4)
    expect((await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })).status).toBe(200)
  })

  it('cancel leaves the order payable', async () => {
    const tradeNo = await createOrder(test.sandbox)
    const answer = await call(sandboxPaths.cancel(tradeNo), { body: { userId: mei.userId } })
    expect(answer).toMatchObject({ status: 200, body: { order: { state: 'CREATED' } } })
    expect((await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })).status).toBe(200)
  })

  it.each([
    ['{"userId"', 400, 'BODY_MALFORMED'],
    ['{}', 400, 'INVALID_PARAMETER'],
    [`{"userId":"${mei.userId}","outcome":"MAYBE"}`, 400, 'INVALID_PARAMETER'],
    [`{"userId":"${mei.userId}"}`, 404, 'ORDER_NOT_FOUND'],
  ])('the body %s for an unknown order is refused clearly', async (body, status, code) => {
    const answer = await call(sandboxPaths.confirm(UNKNOWN_NO), { body })
    expect([answer.status, errorOf(answer)['code']]).toEqual([status, code])
    expect(errorOf(answer)['action']).not.toBe('')
  })
})

describe('the clock', () => {
  it('moved past its time, an order expires, while merchants with real time are still understood', async () => {
    const tradeNo = await createOrder(test.sandbox)
    const { body } = await call(sandboxPaths.clock, { body: { advanceSeconds: 16 * 60 } })
    expect(body['aheadSeconds']).toBe(960)
    const answer = await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
    expect(errorOf(answer)['code']).toBe('ORDER_EXPIRED')
    const next = await createOrder(test.sandbox)
    expect((await call(sandboxPaths.confirm(next), { body: { userId: mei.userId } })).status).toBe(200)
  })

  it.each([
    [{ advanceSeconds: -1 }],
    [{ advanceSeconds: 'a lot' }],
    [{ advanceSeconds: 1e300 }],
    [{ set: 'tomorrow' }],
    [{ set: '2026-13-45T00:00:00Z' }],
    [{ set: '2100-01-01T00:00:00Z' }],
    [{ set: '2020-01-01T00:00:00Z' }],
    [{}],
  ])('%j is refused and moves nothing', async (body) => {
    const before = (await call(sandboxPaths.clock)).body['aheadSeconds']
    const answer = await call(sandboxPaths.clock, { body })
    expect([answer.status, errorOf(answer)['code']]).toEqual([400, 'INVALID_PARAMETER'])
    expect((await call(sandboxPaths.clock)).body['aheadSeconds']).toBe(before)
  })
})

describe('the timeline', () => {
  it('tells of an order paid without a browser', async () => {
    const tradeNo = await createOrder(test.sandbox)
    await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
    const { body } = await call(sandboxPaths.timeline(tradeNo))
    const steps = (body['entries'] as { step: number }[]).map(({ step }) => step)
    expect(steps).toEqual(expect.arrayContaining([3, 4, 5, 6, 7, 13, 14, 15, 16]))
    expect((await call(sandboxPaths.timeline('latest'))).body['tradeNo']).toBe(tradeNo)
    // As a number of its own: in a long one, of which a part is the time, its digits may stand by chance.
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`\\b${mei.pin}\\b`))
  })

  it('of an unknown order is not found, as a page and as a stream', async () => {
    for (const path of [sandboxPaths.timeline(UNKNOWN_NO), sandboxPaths.timelineEvents(UNKNOWN_NO)]) {
      expect((await call(path)).status).toBe(404)
    }
  })

  it('streams what there is, and what comes', async () => {
    const tradeNo = await createOrder(test.sandbox)
    const leave = new AbortController()
    const response = await fetch(`${test.sandbox.url}${sandboxPaths.timelineEvents(tradeNo)}`, { signal: leave.signal })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const until = async (text: string): Promise<void> => {
      for (let said = ''; !said.includes(text);) {
        const { value, done } = await reader.read()
        if (done) throw new Error(`the stream ended before ${text}`)
        said += value
      }
    }
    await until(`"tradeNo":"${tradeNo}"`)
    await call(sandboxPaths.confirm(tradeNo), { body: { userId: mei.userId } })
    await until('"step":15')
    leave.abort()
  })

  it('is no stream for a call that wants no body: it is answered at once', async () => {
    const path = sandboxPaths.timelineEvents(await createOrder(test.sandbox))
    expect((await fetch(`${test.sandbox.url}${path}`, { method: 'HEAD' })).status).toBe(404)
  })

  describe('adding what the wallet app saw', () => {
    const entry = { step: 1, agoMs: 100, ok: true, note: 'The user places the order' }

    async function signIn(): Promise<Record<string, string>> {
      const { cookie } = await call(sandboxPaths.sessions, { body: { userId: mei.userId } })
      const { body } = await call('/wallet/v1/session', { headers: { cookie: cookie ?? '' } })
      return { cookie: cookie ?? '', 'x-csrf-token': String(body['csrfToken']) }
    }

    it('works for somebody who is signed in, dated back to when it happened', async () => {
      const headers = await signIn()
      const tradeNo = await createOrder(test.sandbox)
      expect((await call(sandboxPaths.timeline(tradeNo), { body: { entries: [entry] }, headers })).status).toBe(202)
      const { body } = await call(sandboxPaths.timeline(tradeNo))
      expect(body['entries']).toContainEqual(expect.objectContaining({ step: 1, note: entry.note }))
      expect(JSON.stringify(body['entries'])).not.toContain('agoMs')
    })

    it('is refused without a session, without its token, for another step, for an unknown order', async () => {
      const headers = await signIn()
      const tradeNo = await createOrder(test.sandbox)
      const add = async (path: string, entries: unknown, given: Record<string, string>): Promise<unknown[]> => {
        const answer = await call(path, { body: { entries }, headers: given })
        return [answer.status, errorOf(answer)['code']]
      }
      const path = sandboxPaths.timeline(tradeNo)
      expect(await add(path, [entry], {})).toEqual([401, 'SESSION_REQUIRED'])
      expect(await add(path, [entry], { cookie: headers['cookie']! })).toEqual([403, 'CSRF_REFUSED'])
      expect(await add(path, [{ ...entry, step: 15 }], headers)).toEqual([400, 'INVALID_PARAMETER'])
      expect(await add(path, [{ ...entry, note: 'x'.repeat(501) }], headers)).toEqual([400, 'INVALID_PARAMETER'])
      expect(await add(path, Array(21).fill(entry), headers)).toEqual([400, 'INVALID_PARAMETER'])
      expect(await add(sandboxPaths.timeline(UNKNOWN_NO), [entry], headers)).toEqual([404, 'ORDER_NOT_FOUND'])
    })
  })
})

/** fetch does not let a caller choose the Host. */
function statusWithHost(path: string, host: string): Promise<number> {
  return new Promise((answered, failed) => {
    const { hostname, port } = new URL(test.sandbox.url)
    request({ hostname, port, path, headers: { host } }, (response) => {
      response.resume()
      answered(response.statusCode ?? 0)
    })
      .on('error', failed)
      .end()
  })
}
