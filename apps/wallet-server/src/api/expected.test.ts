/** What was expected, in words that say what to send. */
import {
  SandboxChangeAppRequest,
  SandboxClockRequest,
  SandboxCreateUserRequest,
  ExplainRequest,
  SandboxNotificationsQuery,
  SandboxPayOutRequest,
} from '@tradepay/contract'
import { Type, type TSchema } from 'typebox'
import { describe, expect, test } from 'vitest'
import { expectedAt, membersAt, shapeMeant } from './expected.ts'

test.each<[TSchema, string, string]>([
  [SandboxCreateUserRequest, 'name', 'text of 1 to 128 characters'],
  [SandboxCreateUserRequest, 'pin', 'six digits'],
  [SandboxCreateUserRequest, 'frozen', 'true or false'],
  [SandboxCreateUserRequest, 'balances', 'a list of 1 to 20'],
  [SandboxCreateUserRequest, 'balances/0', 'an object'],
  [SandboxCreateUserRequest, 'balances/0/currency', 'ISO 4217 code'],
  [SandboxPayOutRequest, 'bank/seconds', 'a whole number from 1 to 31536000'],
  [SandboxPayOutRequest, 'bank/answers', 'one of NOW, LATER, NEVER, TWICE, CONTRADICT, LOST, REFUSE, FLAP'],
  [SandboxPayOutRequest, 'requestId', 'text of the form ^[A-Za-z0-9_-]{1,64}$'],
  [SandboxNotificationsQuery, 'limit', 'a number from 1 to 100'],
  [SandboxChangeAppRequest, '', 'an object with one of dialect, notifyUrl or more'],
  [SandboxChangeAppRequest, 'notifyUrl', 'text of at most 2048 characters or null'],
  [SandboxClockRequest, 'advanceSeconds', 'a number from 0 to 31536000'],
  [ExplainRequest, 'family', 'one of SUPERAPP, ALIPAY, ALIPAY_V3'],
  [ExplainRequest, 'parameters', 'an object or text of at most 65536 characters'],
  [Type.Object({ count: Type.Number({ minimum: 2 }) }), 'count', 'a number of at least 2'],
  [Type.Object({}), 'constructor', 'the documented content'],
])('%# names a limit where there is one', (schema, path, words) => {
  expect(expectedAt(schema, path === '' ? [] : path.split('/'))).toBe(words)
})

test('the members that there are can be told', () => {
  expect(membersAt(SandboxPayOutRequest, [])).toEqual(['requestId', 'amount', 'bank'])
  expect(membersAt(SandboxPayOutRequest, ['bank'])).toEqual(['answers', 'seconds', 'failure'])
  expect(membersAt(SandboxPayOutRequest, ['requestId'])).toEqual([])
})

describe('of several shapes', () => {
  const meant = (value: unknown): string[] => membersAt(shapeMeant(ExplainRequest, value), [])

  test('the one is meant whose literals are not contradicted', () => {
    expect(meant({ family: 'ALIPAY' })).toContain('parameters')
    expect(meant({ family: 'ALIPAY_V3', kind: 'ANSWER' })).toContain('timestamp')
    expect(meant({ family: 'ALIPAY_V3', authorization: '' })).toContain('authorization')
  })

  test('among them the one that names most of what was sent', () => {
    expect(membersAt(shapeMeant(SandboxClockRequest, { set: 1, at: 2 }), [])).toEqual(['set'])
  })

  test('none is meant by what contradicts them all, or is no object', () => {
    for (const value of [{ family: 'V3' }, null, 'SUPERAPP', [1]]) {
      expect(shapeMeant(ExplainRequest, value)).toBe(ExplainRequest)
    }
  })
})
