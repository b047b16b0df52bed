/**
 * A small run of the fuzzing, and promises of the fuzzing itself: the same seed calls the same, and an answer that breaks what a
 * door promises is seen.
 */
import { sandboxPaths } from '@tradepay/contract'
import { signSuperapp } from '@tradepay/signature'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { Dice, hash } from '../simulation/dice.ts'
import { callables } from './apis.ts'
import type { Call } from './calls.ts'
import { fuzz } from './fuzz.ts'
import { judge } from './judge.ts'
import { judgeJson } from './json-judge.ts'
import { asCurl, bytesOf, type Answer } from './message.ts'
import { callableAt, WORLD_CALLS } from './sandbox-plan.ts'
import { merchantCall } from './subjects.ts'
import { World } from './world.ts'

test('whatever is called, the doors answer what they describe, signed, and no promise about money breaks', async () => {
  const report = await fuzz(inject('postgresUrl'), { calls: 1_500, seed: 7 })
  expect(report.findings.map(({ at, complaints }) => ({ at, complaints }))).toEqual([])
  expect(report.violations).toEqual([])
  expect(report.calls).toBe(1_500)
  // Most calls get past the verification, and many to the end of what they ask for.
  expect(report.verified).toBeGreaterThan(900)
  for (const code of ['ACCEPT', 'SUCCESS', '10000', 'PARAM_ILLEGAL', 'ACQ.INVALID_PARAMETER', 'MSG_PARSE_ERROR']) {
    expect(report.codes[code], code).toBeGreaterThan(0)
  }
}, 240_000)

test('whatever is called at the doors of a sandbox and its wallet app, from one world to the next, they answer what they describe, clearly', async () => {
  const calls = WORLD_CALLS + 10
  const report = await fuzz(inject('postgresUrl'), { doors: 'sandbox', calls, seed: 7 })
  expect(report.findings.map(({ at, complaints }) => ({ at, complaints }))).toEqual([])
  expect(report.violations).toEqual([])
  expect(report.calls).toBe(calls)
  expect(report.verified).toBeGreaterThan(calls / 2)
  for (const code of ['200', 'INVALID_PARAMETER', 'BODY_MALFORMED']) {
    expect(report.codes[code], code).toBeGreaterThan(0)
  }
}, 240_000)

describe('an answer of a JSON door', () => {
  const clock = callables.sandbox.find(({ operation }) => operation.operationId === 'moveClock')!
  const secrets = { secrets: ['the-bank-key'], givenSecrets: ['a-private-key'] }
  const complaintsAbout = (status: number, said: unknown, sent = '{"advanceSeconds":1}'): string[] => {
    const call: Call = {
      api: 'sandbox',
      callable: clock,
      method: 'POST',
      target: clock.path,
      headers: [],
      body: Buffer.from(sent),
      isSigned: true,
      isSound: true,
    }
    const answer = { status, headers: {}, body: Buffer.from(JSON.stringify(said)) }
    return judgeJson(call, answer, secrets).complaints
  }
  const moved = { now: '2026-03-01T04:00:00.000Z', aheadSeconds: 1 }
  const error = {
    code: 'INVALID_PARAMETER',
    message: '"set" is missing or malformed: expected a time.',
    action: 'Correct the named field and send again.',
    field: 'set',
    expected: 'a time',
  }

  test('that is right is not complained of', () => {
    expect(complaintsAbout(200, moved)).toEqual([])
    expect(complaintsAbout(400, { error })).toEqual([])
  })

  test.each([
    ['is a failure of the server', 500, { error }],
    ['is not what is described', 200, { now: 1 }],
    ['has a status that is not described', 302, moved],
    ['is a refusal of another shape', 400, { code: 'INVALID_PARAMETER' }],
    ['has a code that is none', 400, { error: { ...error, code: 'WRONG' } }],
    ['says nothing of what to do', 400, { error: { ...error, action: '' } }],
    ['does not say what was expected', 400, { error: { ...error, expected: undefined } }],
    ['does not say which parameter it was', 400, { error: { ...error, field: undefined } }],
    ['speaks as programs do', 400, { error: { ...error, expected: 'not have fewer than 3 characters' } }],
    ['nobody foresaw', 409, { error: { ...error, code: 'OUTCOME_UNKNOWN' } }],
    ['tells a secret', 200, { ...moved, key: 'the-bank-key' }],
    ['repeats what was given to be kept', 400, { error: { ...error, message: 'Not a-private-key.' } }],
  ])('is complained of when it %s', (_what, status, said) => {
    expect(complaintsAbout(status, said)).not.toEqual([])
  })

  test('is complained of when it takes what the description refuses', () => {
    expect(complaintsAbout(200, moved, '{"advanceSeconds":1,"sett":"x"}')).not.toEqual([])
  })
})

describe('the fuzzing', () => {
  let world: World
  beforeAll(async () => {
    world = await World.open(inject('postgresUrl'), 3)
  })
  afterAll(() => world.close())

  test('calls the same with the same seed, and something else with another', async () => {
    const other = await World.open(inject('postgresUrl'), 3)
    const bytes = async (from: World, seed: number): Promise<string[]> => {
      const calls: string[] = []
      for (let at = 0; at < 40; at++) calls.push(bytesOf(await merchantCall(from, seed, at)).toString('base64'))
      return calls
    }
    const first = await bytes(world, 3)
    expect(await bytes(other, 3)).toEqual(first)
    expect(await bytes(other, 4)).not.toEqual(first)
    await other.close()
  })

  test('plays a sandbox in worlds: the clock moves late in each, and the reset comes last', () => {
    const places = new Map<string, number[]>()
    for (let at = 0; at < 10 * WORLD_CALLS; at++) {
      const { name } = callableAt(at, new Dice(hash('sandbox', 3, at)))
      places.set(name, [...(places.get(name) ?? []), at % WORLD_CALLS])
    }
    expect(new Set(places.get(`POST ${sandboxPaths.reset}`))).toEqual(new Set([WORLD_CALLS - 1]))
    const ofClock = places.get(`POST ${sandboxPaths.clock}`)!
    const others = places.get(`GET ${sandboxPaths.people}`)!
    expect(Math.min(...others)).toBeLessThan(Math.min(...ofClock))
    expect(Math.max(...others)).toBeGreaterThan(Math.max(...ofClock))
    const all = [...callables.sandbox, ...callables.cashier, ...callables.wallet].map(({ name }) => name)
    expect([...places.keys()].toSorted()).toEqual(all.toSorted())
  })

  /** A right call, and a right answer to it but for what a test wants otherwise. */
  async function anAnswer(body: unknown, about: Partial<Answer> = {}): Promise<[Call, Answer]> {
    const callable = callables.superapp.find(({ path }) => path === '/v1/payments/pay')!
    const call: Call = {
      api: 'superapp',
      callable,
      method: 'POST',
      target: callable.path,
      headers: [['Client-Id', world.clientId]],
      body: Buffer.from('{"a":"b\'c"}'),
      isSigned: true,
      isSound: true,
    }
    const bytes = Buffer.from(JSON.stringify(body))
    const time = '2026-03-01T04:00:00.000Z'
    const message = { method: 'POST', uri: call.target, clientId: world.clientId, time, body: bytes }
    const { header } = await signSuperapp(message, { version: 1, privateKey: world.walletPrivateKey })
    return [call, { status: 200, headers: { signature: header, 'response-time': time }, body: bytes, ...about }]
  }
  const result = (resultStatus: string, resultCode: string): object => ({
    result: { resultStatus, resultCode, resultMessage: 'So it is.' },
  })
  const complaintsAbout = async ([call, answer]: [Call, Answer | null | 'NOTHING']): Promise<string[]> =>
    (await judge(call, answer, world)).complaints

  test('complains of nothing that is right', async () => {
    expect(await complaintsAbout(await anAnswer(result('F', 'PARAM_ILLEGAL')))).toEqual([])
  })

  test.each([
    ['a failure of the server', result('F', 'PARAM_ILLEGAL'), { status: 500 }],
    ['a status that no door gives', result('F', 'PARAM_ILLEGAL'), { status: 404 }],
    ['an answer that nobody foresaw', result('U', 'UNKNOWN_EXCEPTION'), {}],
    ['a code with another status than its own', result('S', 'PARAM_ILLEGAL'), {}],
    ['a code that is none', result('F', 'NO_SUCH_CODE'), {}],
    ['an answer without a result', { paymentId: '1' }, {}],
    ['a member that is not as described', { ...result('A', 'ACCEPT'), paymentId: 1 }, {}],
    ['no signature', result('F', 'PARAM_ILLEGAL'), { headers: {} }],
    [
      'a signature over other bytes',
      result('F', 'PARAM_ILLEGAL'),
      { body: Buffer.from(JSON.stringify(result('F', 'PROCESS_FAIL'))) },
    ],
    ['a right signature that is refused', result('F', 'INVALID_SIGNATURE'), {}],
  ])('complains of %s', async (_what, body, about) => {
    expect(await complaintsAbout(await anAnswer(body, about))).not.toEqual([])
  })

  test('complains when there is no answer', async () => {
    const [call] = await anAnswer({})
    expect(await complaintsAbout([call, null])).not.toEqual([])
    expect(await complaintsAbout([call, 'NOTHING'])).not.toEqual([])
    expect(await complaintsAbout([{ ...call, isSound: false }, null])).toEqual([])
  })

  test('tells how to send a call again, byte for byte', async () => {
    const [call] = await anAnswer({})
    expect(asCurl(call, 'http://127.0.0.1:4100')).toBe(
      `echo eyJhIjoiYidjIn0= | base64 -d | curl -si --path-as-is -X POST -H 'Client-Id: ${world.clientId}' --data-binary @- 'http://127.0.0.1:4100/v1/payments/pay'`,
    )
  })
})
