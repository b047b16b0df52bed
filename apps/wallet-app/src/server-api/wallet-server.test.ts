/** The wallet app's calls to its server: what it knows of each request's fate, and whose session it speaks for. */
import { describe, expect, it } from 'vitest'
import { ServerError } from './server-error.ts'
import { createWalletServer } from './wallet-server.ts'

interface Sent {
  path: string
  method: string
  csrf: string | null
  body: unknown
}

const session = (userId: string | null, csrfToken = `token-of-${userId}`) => ({
  user: userId === null ? null : { userId, name: 'Mei', loginId: 'mei@example.com', frozen: false },
  csrfToken: userId === null ? null : csrfToken,
  sandbox: true,
  walletName: 'TradePay',
})
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status })
const refusal = (code: string, status = 400, details = {}): Response =>
  json({ error: { code, message: 'What is wrong.', action: 'What to do.', ...details } }, status)

/** A server that gives the answers in turn; a function may throw as `fetch` does. */
function setUp(answers: (() => Response | Promise<Response>)[], isOnline = () => true) {
  const sent: Sent[] = []
  let lost = 0
  const server = createWalletServer(
    {
      fetch: async (path, init) => {
        const headers = new Headers(init?.headers)
        sent.push({
          path: String(path),
          method: init?.method ?? 'GET',
          csrf: headers.get('x-csrf-token'),
          body: typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : null,
        })
        const answer = answers[sent.length - 1]
        if (!answer) throw new Error(`No answer for call ${sent.length}`)
        return await answer()
      },
      isOnline,
      now: () => sent.length * 10,
    },
    () => (lost += 1),
  )
  return { server, sent, lost: () => lost }
}

const failure = async (call: Promise<unknown>): Promise<ServerError> => {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ServerError)) throw new Error(`Not a ServerError: ${String(error)}`)
  return error
}
const confirm = { tradeNo: '1', amount: { currency: 'CNY', value: '1' }, methodId: 'BALANCE', pin: '123456' }

describe('the fate of a request', () => {
  it('is REFUSED only for a 4xx answer with a well-formed error', async () => {
    const { server } = setUp([() => refusal('PIN_WRONG', 422, { triesLeft: 3 })])
    const error = await failure(server.cashier.confirm(confirm))
    expect(error).toMatchObject({
      fate: 'REFUSED',
      code: 'PIN_WRONG',
      message: 'What is wrong.',
      action: 'What to do.',
      details: { triesLeft: 3 },
    })
  })

  it.each([
    ['a 5xx, even a well-formed one', () => refusal('OUTCOME_UNKNOWN', 500), 'SERVER_FAILED'],
    [
      'a 4xx page of somebody in between',
      () => new Response('<h1>Forbidden</h1>', { status: 403 }),
      'ANSWER_UNREADABLE',
    ],
    ['a 4xx with another JSON', () => json({ detail: 'no' }, 400), 'ANSWER_UNREADABLE'],
    ['a 502 page', () => new Response('<h1>Bad gateway</h1>', { status: 502 }), 'SERVER_FAILED'],
    ['an answer cut short', () => new Response('{"outcome":"SUC', { status: 200 }), 'ANSWER_UNREADABLE'],
  ])('is UNKNOWN after %s', async (_name, answer, code) => {
    const { server } = setUp([answer])
    expect(await failure(server.cashier.confirm(confirm))).toMatchObject({ fate: 'UNKNOWN', code })
  })

  it('is UNKNOWN after a lost connection: it may have arrived', async () => {
    const { server } = setUp([() => Promise.reject(new TypeError('Failed to fetch'))])
    expect(await failure(server.cashier.confirm(confirm))).toMatchObject({ fate: 'UNKNOWN', code: 'CONNECTION_LOST' })
  })

  it('is NOT_SENT only when the device was offline before', async () => {
    const { server, sent } = setUp([], () => false)
    expect(await failure(server.cashier.confirm(confirm))).toMatchObject({ fate: 'NOT_SENT', code: 'OFFLINE' })
    expect(sent).toEqual([])
  })

  it('is UNKNOWN after a time limit', async () => {
    const { createCaller } = await import('./call.ts')
    const caller = createCaller({
      fetch: (_path, init) =>
        new Promise((_resolve, reject) => {
          init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error))
        }),
      isOnline: () => true,
      now: () => 0,
    })
    expect(await failure(caller.call('/slow', { timeoutMs: 5 }))).toMatchObject({ fate: 'UNKNOWN', code: 'TIMED_OUT' })
  })

  it('carries no secret of the request', async () => {
    const { server } = setUp([() => refusal('PIN_WRONG', 422)])
    const error = await failure(server.cashier.confirm(confirm))
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain(confirm.pin)
  })
})

describe('the CSRF token', () => {
  it('goes with everything that changes something, and with nothing else', async () => {
    const { server, sent } = setUp([() => json(session('mei')), () => json({ programs: [] }), () => json({})])
    await server.session()
    await server.programs()
    await server.cashier.cancel('1')
    expect(sent.map(({ method, csrf }) => [method, csrf])).toEqual([
      ['GET', null],
      ['GET', null],
      ['POST', 'token-of-mei'],
    ])
  })

  it('is read again when another window has changed it, and the call is repeated for the same person', async () => {
    const { server, sent, lost } = setUp([
      () => json(session('mei', 'old')),
      () => refusal('CSRF_REFUSED', 403),
      () => json(session('mei', 'new')),
      () => json({ order: {} }),
    ])
    await server.session()
    await server.cashier.cancel('1')
    expect(sent.map(({ csrf }) => csrf)).toEqual([null, 'old', null, 'new'])
    expect(lost()).toBe(0)
  })

  it('never repeats a call as another person', async () => {
    const { server, sent, lost } = setUp([
      () => json(session('mei')),
      () => refusal('CSRF_REFUSED', 403),
      () => json(session('sam')),
    ])
    await server.session()
    expect(await failure(server.cashier.confirm(confirm))).toMatchObject({ code: 'CSRF_REFUSED', fate: 'REFUSED' })
    expect(sent).toHaveLength(3)
    expect(lost()).toBe(1)
  })

  it('gives up after one repetition', async () => {
    const { server, sent } = setUp([
      () => json(session('mei')),
      () => refusal('CSRF_REFUSED', 403),
      () => json(session('mei')),
      () => refusal('CSRF_REFUSED', 403),
    ])
    await server.session()
    expect((await failure(server.cashier.confirm(confirm))).code).toBe('CSRF_REFUSED')
    expect(sent).toHaveLength(4)
  })
})

describe('the session', () => {
  it('tells when the server no longer knows anybody', async () => {
    const { server, lost } = setUp([() => refusal('SESSION_REQUIRED', 401)])
    expect((await failure(server.balance())).code).toBe('SESSION_REQUIRED')
    expect(lost()).toBe(1)
  })

  it('is read after signing in, so that the token is the new one', async () => {
    const { server, sent } = setUp([() => json({}), () => json(session('mei')), () => json({})])
    await server.signIn({ loginId: 'mei@example.com', pin: '246810' })
    await server.cashier.cancel('1')
    expect(sent.at(-1)).toMatchObject({ csrf: 'token-of-mei' })
  })
})

describe('paths', () => {
  it('escape what comes from outside', async () => {
    const { server, sent } = setUp([() => json({}), () => json({ movements: [], next: null }), () => json({})])
    await server.program('../session?x=1')
    await server.movements('a&limit=9', 5)
    await server.sandbox.addTimeline('../reset', { entries: [] })
    expect(sent.map(({ path }) => path)).toEqual([
      '/wallet/v1/programs/..%2Fsession%3Fx%3D1',
      '/wallet/v1/movements?limit=5&before=a%26limit%3D9',
      '/sandbox/v1/orders/..%2Freset/timeline',
    ])
  })
})
