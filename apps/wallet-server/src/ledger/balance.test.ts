/** What each kind of transfer adds to the stored sums, and that nothing is added to the wallet's own accounts. */
import { money } from '@tradepay/money'
import { describe, expect, test } from 'vitest'
import { movesOf } from './balance.ts'
import type { Transfer } from './types.ts'

const between = (
  debitAccount: string,
  creditAccount: string,
  minor: bigint,
  more: Partial<Transfer> = {},
): Transfer => ({
  causeId: 'cause',
  step: 'STEP',
  bucket: 7,
  debitAccount,
  creditAccount,
  amount: money('CNY', minor),
  ...more,
})
const [a, b, c] = ['merchants:a:CNY', 'users:b:CNY', 'users:c:CNY'] as const
const sums = { debitsPosted: 0n, debitsPending: 0n, creditsPosted: 0n, creditsPending: 0n }

describe('the sums that are moved', () => {
  // prettier-ignore
  test.each<[string, Partial<Transfer>, bigint, bigint]>([
    ['nothing said', {},                                9n, 0n],
    ['POSTED',       { kind: 'POSTED' },                9n, 0n],
    ['PENDING',      { kind: 'PENDING' },               0n, 9n],
    ['POST',         { kind: 'POST', resolves: 'r' },   9n, -9n],
    ['VOID',         { kind: 'VOID', resolves: 'r' },   0n, -9n],
    ['EXPIRE',       { kind: 'EXPIRE', resolves: 'r' }, 0n, -9n],
  ])('by %s, on both sides', (_, kind, posted, pending) => {
    expect(movesOf([between(b, a, 9n, kind)])).toEqual([
      { account: b, bucket: 7, ...sums, debitsPosted: posted, debitsPending: pending },
      { account: a, bucket: 7, ...sums, creditsPosted: posted, creditsPending: pending },
    ])
  })

  test('are added up for each account, last id first', () => {
    const moves = movesOf([
      between(c, b, 5n),
      between(b, a, 3n),
      between(a, c, 1n),
      between(c, b, 1n, { kind: 'PENDING' }),
    ])
    expect(moves).toEqual([
      { account: c, bucket: 7, debitsPosted: 5n, debitsPending: 1n, creditsPosted: 1n, creditsPending: 0n },
      { account: b, bucket: 7, debitsPosted: 3n, debitsPending: 0n, creditsPosted: 5n, creditsPending: 1n },
      { account: a, bucket: 7, ...sums, debitsPosted: 1n, creditsPosted: 3n },
    ])
  })

  test.each(['in-transit:007:CNY', 'cash:007:CNY', 'fees:007:CNY', 'bank-clearing:007:CNY'])(
    'have none for %s, the wallet’s own',
    (own) => {
      expect(movesOf([between(own, b, 5n), between(c, own, 5n)]).map(({ account }) => account)).toEqual([c, b])
      expect(movesOf([between(own, 'cash:007:CNY', 5n)])).toEqual([])
    },
  )

  test('are kept apart when an account is named in two buckets, so that the wrong one is missed', () => {
    const moves = movesOf([between(b, 'cash:007:CNY', 5n), between(b, 'cash:008:CNY', 6n, { bucket: 8 })])
    expect(moves.map(({ bucket, debitsPosted }) => [bucket, debitsPosted])).toEqual([
      [7, 5n],
      [8, 6n],
    ])
  })
})
