/**
 * A small run of the fuzzing, and promises of the fuzzing itself: the same seed calls the same, and an answer that breaks what a
 * door promises is seen.
 */
import { signSuperapp } from '@tradepay/signature'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { callables } from './apis.ts'
import type { Call } from './calls.ts'
import { callAt, fuzz } from './fuzz.ts'
import { judge } from './judge.ts'
import { asCurl, bytesOf, type Answer } from './message.ts'
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
      for (let at = 0; at < 40; at++) calls.push(bytesOf(await callAt(from, seed, at)).toString('base64'))
      return calls
    }
    const first = await bytes(world, 3)
    expect(await bytes(other, 3)).toEqual(first)
    expect(await bytes(other, 4)).not.toEqual(first)
    await other.close()
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
