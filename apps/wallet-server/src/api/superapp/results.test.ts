/** The codes of the super-app family: what each of the wallet's refusals is on this wire. */
import { refusals, superappResultCodes, WalletError, type RefusalCode } from '@tradepay/contract'
import { describe, expect, test } from 'vitest'
import { inOtherWords, isRefusal, refusalResult, SuperappRefusal, superappResult } from './results.ts'

const every = Object.keys(refusals) as RefusalCode[]

describe('every refusal', () => {
  test.each(every)('%s has a code with its status, and says what to do in at most 256 characters', (code) => {
    const result = refusalResult(new WalletError(code))
    expect(result.resultStatus).toBe(superappResultCodes[result.resultCode as keyof typeof superappResultCodes])
    expect(result.resultMessage).toBe(`${refusals[code].message} ${refusals[code].action}`)
    expect(result.resultMessage.length).toBeLessThanOrEqual(256)
  })

  test('is final, but where the outcome is open: then it is U', () => {
    const open = every.filter((code) => refusalResult(new WalletError(code)).resultStatus === 'U')
    expect(open.sort()).toEqual(['HOST_TIMED_OUT', 'OUTCOME_UNKNOWN', 'PAYMENT_PROCESSING', 'RATE_LIMITED'])
    expect(every.filter((code) => /^[SA]$/.test(refusalResult(new WalletError(code)).resultStatus))).toEqual([])
  })
})

test('an error that nobody foresaw is unknown, and its text stays inside', () => {
  const error = new Error('password=hunter2')
  expect(refusalResult(error)).toMatchObject({ resultStatus: 'U', resultCode: 'UNKNOWN_EXCEPTION' })
  expect(refusalResult(error).resultMessage).not.toContain('hunter2')
  expect(isRefusal(error)).toBe(false)
})

test('one call may name a refusal of a room otherwise, and no other', () => {
  const words = { ORDER_CLOSED: 'ORDER_STATUS_INVALID' } as const
  const renamed = inOtherWords(new WalletError('ORDER_CLOSED'), words)
  expect(renamed).toBeInstanceOf(SuperappRefusal)
  expect(isRefusal(renamed)).toBe(true)
  expect(refusalResult(renamed)).toEqual({
    resultStatus: 'F',
    resultCode: 'ORDER_STATUS_INVALID',
    resultMessage: 'The order is closed and can no longer be paid. Create a new order.',
  })
  const other = new WalletError('ORDER_PAID')
  expect(inOtherWords(other, words)).toBe(other)
})

test('a message that is too long is shortened', () => {
  const { resultMessage } = superappResult('PARAM_ILLEGAL', 'x'.repeat(300))
  expect(resultMessage).toBe(`${'x'.repeat(255)}…`)
})
