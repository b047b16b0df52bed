/**
 * The judge of the ledger, case by case: accounts, what is posted, what is asked, and the outcome, as aligned rows. Each
 * row sees what the rows above it were granted. Most rows are refusals.
 */
import { money } from '@tradepay/money'
import { describe, expect, test } from 'vitest'
import { judge, SUM_MAX, type JudgedAccount } from './judge.ts'
import type { Transfer, TransferKind } from './types.ts'

const now = new Date('2026-03-01T04:00:00.000Z')
/** A time, in seconds from now. */
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000)

/** Name, sums (credits posted, credits pending, debits posted, debits pending), and what is special about it. */
type AccountRow = [string, bigint, bigint, bigint, bigint, Partial<JudgedAccount>?]
/** Cause, step, kind, debit account, credit account, amount, what is special about it, and its outcome; `&` links it to the next. */
type TransferRow = [
  string,
  string,
  TransferKind | null,
  string,
  string,
  bigint | number,
  Partial<Transfer> & { answers?: string },
  string,
]

const accountOf = ([
  name,
  creditsPosted,
  creditsPending,
  debitsPosted,
  debitsPending,
  more,
]: AccountRow): JudgedAccount => ({
  id: idOf(name),
  bucket: 7,
  currency: 'CNY',
  frozen: false,
  owned: true,
  creditsPosted,
  creditsPending,
  debitsPosted,
  debitsPending,
  ...more,
})

/** One letter is somebody's account; a word is an account of the wallet itself. */
const idOf = (name: string): string => (name.length === 1 ? `users:${name}:CNY` : `${name}:007:CNY`)

const transferOf = ([causeId, step, kind, debit, credit, amount, { answers, ...more }]: TransferRow): Transfer => ({
  causeId,
  step,
  bucket: 7,
  debitAccount: idOf(debit),
  creditAccount: idOf(credit),
  // Not `money`, which makes no amount that is wrong.
  amount: { currency: 'CNY', minor: BigInt(amount) },
  ...(kind ? { kind } : {}),
  ...(answers ? { resolves: answers } : {}),
  ...more,
})

/** Items and the outcome expected of each; that of linked rows stands in the last of them. */
function itemsOf(rows: TransferRow[]): { items: Transfer[][]; expected: string[] } {
  const items: Transfer[][] = [[]]
  const expected: string[] = []
  for (const row of rows) {
    items.at(-1)!.push(transferOf(row))
    if (row[7] === '&') continue
    expected.push(row[7])
    items.push([])
  }
  return { items: items.slice(0, -1), expected }
}

/** POSTED, EXISTS, or the reason with the number of the transfer and the account: "ACCOUNT_FROZEN 0 A". */
const textOf = (outcome: ReturnType<typeof judge>[number]): string =>
  outcome.outcome === 'REFUSED'
    ? [outcome.reason, outcome.transfer, outcome.account && nameOf(outcome.account)]
        .filter((x) => x !== undefined)
        .join(' ')
    : outcome.outcome
const nameOf = (id: string): string => /^(?:users:)?([^:]+)/.exec(id)![1]!

function run(accounts: AccountRow[], rows: TransferRow[], existing: TransferRow[] = []): void {
  const { items, expected } = itemsOf(rows)
  const outcomes = judge(items, accounts.map(accountOf), existing.map(transferOf), now)
  expect(outcomes.map(textOf)).toEqual(expected)
}
const no = {}
const own: AccountRow[] = [
  ['in-transit', 0n, 0n, 0n, 0n],
  ['cash', 0n, 0n, 0n, 0n],
  ['bank-clearing', 0n, 0n, 0n, 0n],
]

describe('one transfer', () => {
  // prettier-ignore
  test.each<[string, AccountRow[], TransferRow]>([
    ['moves what is there',                  [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 100, no, 'POSTED']],
    ['POSTED is what it is without a kind',  [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'POSTED', 'A', 'B', 100, no, 'POSTED']],
    ['moves the smallest unit',              [['A', 1n,   0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 1,   no, 'POSTED']],
    ['of nothing',                           [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 0,   no, 'AMOUNT_NOT_POSITIVE 0']],
    ['of less than nothing',                 [['A', 100n, 0n, 0n, 0n], ['B', 9n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', -1,  no, 'AMOUNT_NOT_POSITIVE 0']],
    ['of one more than there is',            [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 101, no, 'BALANCE_NOT_ENOUGH 0 A']],
    ['of what was spent before',             [['A', 100n, 0n, 1n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 100, no, 'BALANCE_NOT_ENOUGH 0 A']],
    ['of what is reserved',                  [['A', 100n, 0n, 0n, 1n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 100, no, 'BALANCE_NOT_ENOUGH 0 A']],
    ['of what is only promised',             [['A', 99n,  9n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 100, no, 'BALANCE_NOT_ENOUGH 0 A']],
    ['reserving one more than there is',     [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'PENDING','A', 'B', 101, no, 'BALANCE_NOT_ENOUGH 0 A']],
    ['reserving what is reserved',           [['A', 100n, 0n, 0n, 1n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'PENDING','A', 'B', 100, no, 'BALANCE_NOT_ENOUGH 0 A']],
    ['reserving all there is',               [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'PENDING','A', 'B', 100, no, 'POSTED']],
    ['from an account to itself',            [['A', 100n, 0n, 0n, 0n]],                        ['c', 's', null,     'A', 'A', 1,   no, 'ACCOUNTS_MUST_DIFFER 0 A']],
    ['from an account that is not there',    [['B', 0n,   0n, 0n, 0n]],                        ['c', 's', null,     'A', 'B', 1,   no, 'ACCOUNT_NOT_FOUND 0 A']],
    ['to an account that is not there',      [['A', 100n, 0n, 0n, 0n]],                        ['c', 's', null,     'A', 'B', 1,   no, 'ACCOUNT_NOT_FOUND 0 B']],
    ['from another bucket',                  [['A', 100n, 0n, 0n, 0n, { bucket: 8 }], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null, 'A', 'B', 1, no, 'ACCOUNT_IN_OTHER_BUCKET 0 A']],
    ['to another bucket',                    [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n, { bucket: 8 }]], ['c', 's', null, 'A', 'B', 1, no, 'ACCOUNT_IN_OTHER_BUCKET 0 B']],
    ['of a bucket that neither is in',       [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 1,   { bucket: 8 }, 'ACCOUNT_IN_OTHER_BUCKET 0 A']],
    ['from a bucket that moved away',        [['A', 100n, 0n, 0n, 0n, { owned: false }], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null, 'A', 'B', 1, no, 'BUCKET_NOT_OWNED 0 A']],
    ['to a bucket that moved away',          [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n, { owned: false }]], ['c', 's', null, 'A', 'B', 1, no, 'BUCKET_NOT_OWNED 0 B']],
    ['of another currency',                  [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 1,   { amount: money('USD', 1n) }, 'CURRENCIES_DIFFER 0 A']],
    ['from an account of another currency',  [['A', 100n, 0n, 0n, 0n, { currency: 'USD' }], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null, 'A', 'B', 1, no, 'CURRENCIES_DIFFER 0 A']],
    ['to an account of another currency',    [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n, { currency: 'USD' }]], ['c', 's', null, 'A', 'B', 1, no, 'CURRENCIES_DIFFER 0 B']],
    ['from a frozen account',                [['A', 100n, 0n, 0n, 0n, { frozen: true }], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null, 'A', 'B', 1, no, 'ACCOUNT_FROZEN 0 A']],
    ['reserving on a frozen account',        [['A', 100n, 0n, 0n, 0n, { frozen: true }], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'PENDING', 'A', 'B', 1, no, 'ACCOUNT_FROZEN 0 A']],
    ['to a frozen account',                  [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n, { frozen: true }]], ['c', 's', null, 'A', 'B', 1, no, 'POSTED']],
    ['POSTED that answers something',        [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 1,   { answers: 'r' }, 'FIELDS_DO_NOT_FIT_KIND 0']],
    ['PENDING that answers something',       [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'PENDING','A', 'B', 1,   { answers: 'r' }, 'FIELDS_DO_NOT_FIT_KIND 0']],
    ['POST that answers nothing',            [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'POST',   'A', 'B', 1,   no, 'FIELDS_DO_NOT_FIT_KIND 0']],
    ['VOID that answers nothing',            [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'VOID',   'A', 'B', 1,   no, 'FIELDS_DO_NOT_FIT_KIND 0']],
    ['EXPIRE that answers nothing',          [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'EXPIRE', 'A', 'B', 1,   no, 'FIELDS_DO_NOT_FIT_KIND 0']],
    ['POSTED that holds until some time',    [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', null,     'A', 'B', 1,   { expiresAt: at(9) }, 'FIELDS_DO_NOT_FIT_KIND 0']],
    ['POST that holds until some time',      [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'POST',   'A', 'B', 1,   { answers: 'r', expiresAt: at(9) }, 'FIELDS_DO_NOT_FIT_KIND 0']],
    ['PENDING that holds until some time',   [['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]], ['c', 's', 'PENDING','A', 'B', 1,   { expiresAt: at(9) }, 'POSTED']],
    ['of more than a sum can hold',          own,                                              ['c', 's', null,     'cash', 'in-transit', SUM_MAX + 1n, no, 'AMOUNT_TOO_LARGE 0']],
    ['of the most that a sum can hold',      own,                                              ['c', 's', null,     'cash', 'in-transit', SUM_MAX,      no, 'POSTED']],
    ['filling an account to the brim',       [...own, ['A', 5n, 0n, 0n, 0n]],                  ['c', 's', null,     'cash', 'A', SUM_MAX - 5n, no, 'POSTED']],
    ['filling an account beyond the brim',   [...own, ['A', 5n, 0n, 0n, 0n]],                  ['c', 's', null,     'cash', 'A', SUM_MAX - 4n, no, 'AMOUNT_TOO_LARGE 0 A']],
    ['promising more than an account holds', [...own, ['A', 5n, 0n, 0n, 0n]],                  ['c', 's', 'PENDING','cash', 'A', SUM_MAX - 4n, no, 'AMOUNT_TOO_LARGE 0 A']],
    ['filling up what is promised',          [...own, ['A', 4n, 1n, 0n, 0n]],                  ['c', 's', null,     'cash', 'A', SUM_MAX - 4n, no, 'AMOUNT_TOO_LARGE 0 A']],
    ['of a full account that spent it all',  [...own, ['A', SUM_MAX, 0n, SUM_MAX, 0n]],        ['c', 's', null,     'cash', 'A', 1, no, 'AMOUNT_TOO_LARGE 0 A']],
    ['from the wallet, which has no limit',  [...own, ['A', 0n, 0n, 0n, 0n]],                  ['c', 's', null,     'cash', 'A', 999, no, 'POSTED']],
    ['between the wallet’s own accounts',    own,                                              ['c', 's', null,     'bank-clearing', 'in-transit', 999, no, 'POSTED']],
  ])('%s', (_, accounts, row) => run(accounts, [row]))
})

describe('an answer to a pending transfer', () => {
  // Bank money on its way to A; A's own money on its way out, with and without an end; and one of each answered before.
  // prettier-ignore
  const accounts: AccountRow[] = [...own, ['A', 500n, 60n, 10n, 40n], ['F', 500n, 0n, 0n, 40n, { frozen: true }], ['B', 10n, 0n, 0n, 0n],
    ['D', 9n, 0n, 0n, 0n, { currency: 'USD' }], ['E', 9n, 0n, 0n, 0n, { currency: 'USD' }]]
  // prettier-ignore
  const existing: TransferRow[] = [
    ['in',      'T', 'PENDING', 'bank-clearing', 'A', 60, no, ''],
    ['out',     'T', 'PENDING', 'A', 'bank-clearing', 40, no, ''],
    ['frozen',  'T', 'PENDING', 'F', 'bank-clearing', 40, no, ''],
    ['ends',    'T', 'PENDING', 'bank-clearing', 'in-transit', 30, { expiresAt: at(1) }, ''],
    ['ended',   'T', 'PENDING', 'bank-clearing', 'in-transit', 30, { expiresAt: at(0) }, ''],
    ['posted',  'T', 'PENDING', 'A', 'bank-clearing', 10, no, ''],
    ['posted',  'P', 'POST',    'A', 'bank-clearing', 10, { answers: 'T' }, ''],
    ['voided',  'T', 'PENDING', 'A', 'bank-clearing', 10, no, ''],
    ['voided',  'V', 'VOID',    'A', 'bank-clearing', 10, { answers: 'T' }, ''],
    ['expired', 'T', 'PENDING', 'A', 'bank-clearing', 10, { expiresAt: at(-9) }, ''],
    ['expired', 'E', 'EXPIRE',  'A', 'bank-clearing', 10, { answers: 'T' }, ''],
    ['at-once', 'T', null,      'bank-clearing', 'B', 10, no, ''],
    ['yuan',    'T', 'PENDING', 'D', 'E', 9, no, ''],
  ]
  // prettier-ignore
  test.each<[string, TransferRow]>([
    ['posts money that comes',             ['in',      'X', 'POST',   'bank-clearing', 'A', 60, { answers: 'T' }, 'POSTED']],
    ['voids money that does not come',     ['in',      'X', 'VOID',   'bank-clearing', 'A', 60, { answers: 'T' }, 'POSTED']],
    ['posts money that goes',              ['out',     'X', 'POST',   'A', 'bank-clearing', 40, { answers: 'T' }, 'POSTED']],
    ['voids money that goes',              ['out',     'X', 'VOID',   'A', 'bank-clearing', 40, { answers: 'T' }, 'POSTED']],
    ['posts what was decided before the account was frozen', ['frozen', 'X', 'POST', 'F', 'bank-clearing', 40, { answers: 'T' }, 'POSTED']],
    ['gives back to a frozen account',     ['frozen',  'X', 'VOID',   'F', 'bank-clearing', 40, { answers: 'T' }, 'POSTED']],
    ['posts before the time is over',      ['ends',    'X', 'POST',   'bank-clearing', 'in-transit', 30, { answers: 'T' }, 'POSTED']],
    ['voids before the time is over',      ['ends',    'X', 'VOID',   'bank-clearing', 'in-transit', 30, { answers: 'T' }, 'POSTED']],
    ['expires before the time is over',    ['ends',    'X', 'EXPIRE', 'bank-clearing', 'in-transit', 30, { answers: 'T' }, 'PENDING_NOT_EXPIRED_YET 0']],
    ['posts at the very end',              ['ended',   'X', 'POST',   'bank-clearing', 'in-transit', 30, { answers: 'T' }, 'PENDING_EXPIRED 0']],
    ['voids at the very end',              ['ended',   'X', 'VOID',   'bank-clearing', 'in-transit', 30, { answers: 'T' }, 'PENDING_EXPIRED 0']],
    ['expires at the very end',            ['ended',   'X', 'EXPIRE', 'bank-clearing', 'in-transit', 30, { answers: 'T' }, 'POSTED']],
    ['expires what has no end',            ['out',     'X', 'EXPIRE', 'A', 'bank-clearing', 40, { answers: 'T' }, 'PENDING_NOT_EXPIRED_YET 0']],
    ['of a cause that has none',           ['nothing', 'X', 'POST',   'A', 'bank-clearing', 40, { answers: 'T' }, 'PENDING_NOT_FOUND 0']],
    ['of a step that is not there',        ['out',     'X', 'POST',   'A', 'bank-clearing', 40, { answers: 'S' }, 'PENDING_NOT_FOUND 0']],
    ['of another cause’s step',            ['at-once', 'X', 'POST',   'A', 'bank-clearing', 40, { answers: 'P' }, 'PENDING_NOT_FOUND 0']],
    ['of what was posted at once',         ['at-once', 'X', 'VOID',   'bank-clearing', 'B', 10, { answers: 'T' }, 'PENDING_NOT_FOUND 0']],
    ['of an answer',                       ['posted',  'X', 'VOID',   'A', 'bank-clearing', 10, { answers: 'P' }, 'PENDING_NOT_FOUND 0']],
    ['of itself',                          ['itself',  'X', 'POST',   'A', 'bank-clearing', 10, { answers: 'X' }, 'PENDING_NOT_FOUND 0']],
    ['from another account',               ['out',     'X', 'POST',   'B', 'bank-clearing', 40, { answers: 'T' }, 'PENDING_HAS_OTHER_CONTENT 0']],
    ['to another account',                 ['out',     'X', 'POST',   'A', 'in-transit',    40, { answers: 'T' }, 'PENDING_HAS_OTHER_CONTENT 0']],
    ['the other way round',                ['out',     'X', 'POST',   'bank-clearing', 'A', 40, { answers: 'T' }, 'PENDING_HAS_OTHER_CONTENT 0']],
    ['of a part',                          ['out',     'X', 'POST',   'A', 'bank-clearing', 39, { answers: 'T' }, 'PENDING_HAS_OTHER_CONTENT 0']],
    ['of more',                            ['out',     'X', 'VOID',   'A', 'bank-clearing', 41, { answers: 'T' }, 'PENDING_HAS_OTHER_CONTENT 0']],
    ['of another currency',                ['yuan',    'X', 'POST',   'D', 'E', 9,              { answers: 'T', amount: money('USD', 9n) }, 'PENDING_HAS_OTHER_CONTENT 0']],
    ['of nothing',                         ['out',     'X', 'VOID',   'A', 'bank-clearing', 0,  { answers: 'T' }, 'AMOUNT_NOT_POSITIVE 0']],
    ['posts what was posted',              ['posted',  'X', 'POST',   'A', 'bank-clearing', 10, { answers: 'T' }, 'PENDING_ALREADY_POSTED 0']],
    ['voids what was posted',              ['posted',  'X', 'VOID',   'A', 'bank-clearing', 10, { answers: 'T' }, 'PENDING_ALREADY_POSTED 0']],
    ['expires what was posted',            ['posted',  'X', 'EXPIRE', 'A', 'bank-clearing', 10, { answers: 'T' }, 'PENDING_ALREADY_POSTED 0']],
    ['posts what was voided',              ['voided',  'X', 'POST',   'A', 'bank-clearing', 10, { answers: 'T' }, 'PENDING_ALREADY_VOIDED 0']],
    ['voids what was voided',              ['voided',  'X', 'VOID',   'A', 'bank-clearing', 10, { answers: 'T' }, 'PENDING_ALREADY_VOIDED 0']],
    ['posts what expired',                 ['expired', 'X', 'POST',   'A', 'bank-clearing', 10, { answers: 'T' }, 'PENDING_EXPIRED 0']],
    ['voids what expired',                 ['expired', 'X', 'VOID',   'A', 'bank-clearing', 10, { answers: 'T' }, 'PENDING_EXPIRED 0']],
    ['expires what expired',               ['expired', 'X', 'EXPIRE', 'A', 'bank-clearing', 10, { answers: 'T' }, 'PENDING_EXPIRED 0']],
    ['repeats the answer of before',       ['posted',  'P', 'POST',   'A', 'bank-clearing', 10, { answers: 'T' }, 'EXISTS']],
    ['contradicts the answer of before under its name', ['posted', 'P', 'VOID', 'A', 'bank-clearing', 10, { answers: 'T' }, 'EXISTS_WITH_OTHER_CONTENT 0']],
  ])('%s', (_, row) => run(accounts, [row], existing))
})

describe('repetition', () => {
  const accounts: AccountRow[] = [...own, ['A', 100n, 0n, 100n, 0n, { frozen: true }], ['B', 100n, 0n, 0n, 0n]]
  // prettier-ignore
  const existing: TransferRow[] = [
    ['c', '1', null,      'A', 'B', 60, no, ''],
    ['c', '2', 'POSTED',  'A', 'B', 40, no, ''],
    ['p', '1', 'PENDING', 'cash', 'in-transit', 5, { expiresAt: at(9) }, ''],
  ]
  // prettier-ignore
  test.each<[string, TransferRow[]]>([
    ['is no error, though the money is gone and the account frozen', [['c', '1', null,     'A', 'B', 60, no, 'EXISTS']]],
    ['with the kind said',                        [['c', '1', 'POSTED',  'A', 'B', 60, no, 'EXISTS']]],
    ['of both linked transfers',                  [['c', '1', null,      'A', 'B', 60, no, '&'], ['c', '2', null, 'A', 'B', 40, no, 'EXISTS']]],
    ['the other way round',                          [['c', '2', null,      'A', 'B', 40, no, '&'], ['c', '1', null, 'A', 'B', 60, no, 'EXISTS']]],
    ['of a pending transfer',                     [['p', '1', 'PENDING', 'cash', 'in-transit', 5, { expiresAt: at(9) }, 'EXISTS']]],
    ['with another amount',                       [['c', '1', null,      'A', 'B', 61, no, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['with another currency',                     [['c', '1', null,      'A', 'B', 60, { amount: money('USD', 60n) }, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['from another account',                      [['c', '1', null,      'cash', 'B', 60, no, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['to another account',                        [['c', '1', null,      'A', 'cash', 60, no, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['of another kind',                           [['c', '1', 'PENDING', 'A', 'B', 60, no, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['that answers something',                    [['c', '1', 'POSTED',  'A', 'B', 60, { answers: '2' }, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['with another end',                          [['p', '1', 'PENDING', 'cash', 'in-transit', 5, { expiresAt: at(8) }, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['without the end',                           [['p', '1', 'PENDING', 'cash', 'in-transit', 5, no, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['of two, one with another amount',           [['c', '1', null,      'A', 'B', 60, no, '&'], ['c', '2', null, 'A', 'B', 41, no, 'EXISTS_WITH_OTHER_CONTENT 1']]],
    ['linked with something new behind',          [['c', '1', null,      'A', 'B', 60, no, '&'], ['c', '3', null, 'cash', 'B', 1, no, 'EXISTS_WITH_OTHER_CONTENT 1']]],
    ['linked with something new before',          [['c', '3', null,      'cash', 'B', 1, no, '&'], ['c', '1', null, 'A', 'B', 60, no, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['linked with something new and something else', [['c', '3', null,   'cash', 'B', 1, no, '&'], ['c', '1', null, 'A', 'B', 61, no, 'EXISTS_WITH_OTHER_CONTENT 1']]],
    ['of a new transfer inside of the same item', [['n', '1', null,      'cash', 'B', 1, no, '&'], ['n', '1', null, 'cash', 'B', 1, no, 'EXISTS_WITH_OTHER_CONTENT 1']]],
    ['of an old transfer inside of the same item', [['c', '1', null,     'A', 'B', 60, no, '&'], ['c', '1', null, 'A', 'B', 60, no, 'EXISTS_WITH_OTHER_CONTENT 1']]],
    ['of an earlier item of the batch',           [['n', '1', null,      'cash', 'B', 1, no, 'POSTED'], ['n', '1', null, 'cash', 'B', 1, no, 'EXISTS'], ['n', '1', null, 'cash', 'B', 1, no, 'EXISTS']]],
    ['of an earlier item with another amount',    [['n', '1', null,      'cash', 'B', 1, no, 'POSTED'], ['n', '1', null, 'cash', 'B', 2, no, 'EXISTS_WITH_OTHER_CONTENT 0']]],
    ['of an earlier item that was refused',       [['n', '1', null,      'B', 'cash', 101, no, 'BALANCE_NOT_ENOUGH 0 B'], ['n', '1', null, 'B', 'cash', 100, no, 'POSTED']]],
    ['of the cause with another step is new',     [['c', '4', null,      'cash', 'B', 60, no, 'POSTED']]],
    ['of the step with another cause is new',     [['d', '1', null,      'cash', 'B', 60, no, 'POSTED']]],
    ['in another bucket is not one',              [['c', '1', null,      'A', 'B', 60, { bucket: 8 }, 'ACCOUNT_IN_OTHER_BUCKET 0 A']]],
  ])('%s', (_, rows) => run(accounts, rows, existing))

  test('of a name whose parts run into those of another is none', () => {
    const elsewhere = { bucket: 71 }
    run(
      [...accounts, ['X', 9n, 0n, 0n, 0n, elsewhere], ['Y', 0n, 0n, 0n, 0n, elsewhere]],
      [
        ['c1', '1', null, 'cash', 'B', 2, no, 'POSTED'],
        ['c', '11', null, 'cash', 'B', 3, no, 'POSTED'],
        ['1c', '1', null, 'cash', 'B', 4, no, 'POSTED'],
        ['c', '1', null, 'X', 'Y', 5, elsewhere, 'POSTED'],
      ],
      existing,
    )
  })

  test('an item without transfers changes nothing and is there already', () => {
    expect(judge([[]], [], [], now)).toEqual([{ outcome: 'EXISTS' }])
    expect(judge([], [], [], now)).toEqual([])
  })
})

describe('linked transfers', () => {
  // prettier-ignore
  const accounts: AccountRow[] = [...own, ['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n], ['C', SUM_MAX - 5n, 0n, 0n, 0n], ['F', 9n, 0n, 0n, 0n, { frozen: true }]]
  // prettier-ignore
  test.each<[string, TransferRow[]]>([
    ['succeed together', [
      ['c', '1', null, 'A', 'B',          60, no, '&'],
      ['c', '2', null, 'A', 'in-transit', 40, no, 'POSTED'],
      ['d', '1', null, 'A', 'B',          1,  no, 'BALANCE_NOT_ENOUGH 0 A']]],
    ['fail together when the last one fails', [
      ['c', '1', null, 'A', 'B',          60, no, '&'],
      ['c', '2', null, 'F', 'B',          1,  no, 'ACCOUNT_FROZEN 1 F'],
      ['d', '1', null, 'A', 'B',          100, no, 'POSTED']]],
    ['fail together when the first one fails', [
      ['c', '1', null, 'A', 'B',          0,  no, '&'],
      ['c', '2', null, 'A', 'B',          10, no, 'AMOUNT_NOT_POSITIVE 0'],
      ['d', '1', null, 'A', 'B',          100, no, 'POSTED']]],
    ['of which none alone is too much', [
      ['c', '1', null, 'A', 'B',          60, no, '&'],
      ['c', '2', null, 'A', 'in-transit', 41, no, 'BALANCE_NOT_ENOUGH 1 A']]],
    ['may spend what a later one of them brings', [
      ['c', '1', null, 'B', 'in-transit', 30, no, '&'],
      ['c', '2', null, 'A', 'B',          30, no, 'POSTED']]],
    ['may spend what an earlier one of them brings', [
      ['c', '1', null, 'in-transit', 'B', 30, no, '&'],
      ['c', '2', null, 'B', 'in-transit', 30, no, 'POSTED']]],
    ['cannot spend more than a later one brings', [
      ['c', '1', null, 'B', 'in-transit', 30, no, '&'],
      ['c', '2', null, 'A', 'B',          29, no, 'BALANCE_NOT_ENOUGH 0 B']]],
    ['cannot spend what one of them only promises', [
      ['c', '1', null, 'B', 'in-transit', 30, no, '&'],
      ['c', '2', 'PENDING', 'A', 'B',     30, no, 'BALANCE_NOT_ENOUGH 0 B']]],
    ['name the transfer that went too far for good', [
      ['c', '1', null, 'B', 'in-transit', 30, no, '&'],
      ['c', '2', null, 'A', 'B',          30, no, '&'],
      ['c', '3', null, 'B', 'in-transit', 1,  no, 'BALANCE_NOT_ENOUGH 2 B']]],
    ['name the first of two accounts that have not enough', [
      ['c', '1', null, 'A', 'in-transit', 99, no, '&'],
      ['c', '2', null, 'B', 'in-transit', 1,  no, '&'],
      ['c', '3', null, 'A', 'in-transit', 2,  no, 'BALANCE_NOT_ENOUGH 1 B']]],
    ['name the first even when it was within its limit in between', [
      ['c', '1', null, 'A', 'in-transit', 101, no, '&'],
      ['c', '2', null, 'B', 'in-transit', 1,   no, '&'],
      ['c', '3', null, 'in-transit', 'A', 1,   no, '&'],
      ['c', '4', null, 'A', 'in-transit', 1,   no, 'BALANCE_NOT_ENOUGH 1 B']]],
    ['name the first even when the reason of an earlier one changed on the way', [
      ['c', '1', null, 'A', 'in-transit', 101,     no, '&'],
      ['c', '2', null, 'B', 'in-transit', 1,       no, '&'],
      ['c', '3', null, 'in-transit', 'A', SUM_MAX, no, 'BALANCE_NOT_ENOUGH 1 B']]],
    ['name what is wrong in the end, not on the way', [
      ['c', '1', null, 'B', 'in-transit', 30, no, '&'],
      ['c', '2', null, 'in-transit', 'B', SUM_MAX, no, '&'],
      ['c', '3', null, 'in-transit', 'B', 1, no, 'AMOUNT_TOO_LARGE 2 B']]],
    ['name the new reason when it changes on the way', [
      ['c', '1', null, 'B', 'in-transit', 9, no, '&'],
      ['c', '2', 'PENDING', 'in-transit', 'B', SUM_MAX, no, '&'],
      ['c', '3', null, 'in-transit', 'B', 9, no, 'AMOUNT_TOO_LARGE 2 B']]],
    ['that together are more than a sum holds', [
      ['c', '1', null, 'cash', 'C', 5, no, '&'],
      ['c', '2', null, 'cash', 'C', 1, no, 'AMOUNT_TOO_LARGE 1 C']]],
    ['may reserve and answer in one', [
      ['c', '1', 'PENDING', 'A', 'B', 100, no, '&'],
      ['c', '2', 'POST',    'A', 'B', 100, { answers: '1' }, 'POSTED'],
      ['d', '1', null,      'B', 'A', 100, no, 'POSTED']]],
    ['answer one pending transfer only once', [
      ['c', '1', 'PENDING', 'A', 'B', 100, no, '&'],
      ['c', '2', 'POST',    'A', 'B', 100, { answers: '1' }, '&'],
      ['c', '3', 'VOID',    'A', 'B', 100, { answers: '1' }, 'PENDING_ALREADY_POSTED 2']]],
    ['answer before there is anything to answer', [
      ['c', '2', 'POST',    'A', 'B', 100, { answers: '1' }, '&'],
      ['c', '1', 'PENDING', 'A', 'B', 100, no, 'PENDING_NOT_FOUND 0']]],
  ])('%s', (_, rows) => run(accounts, rows))
})

describe('items of one batch', () => {
  const accounts: AccountRow[] = [...own, ['A', 100n, 0n, 0n, 0n], ['B', 0n, 0n, 0n, 0n]]
  // prettier-ignore
  test.each<[string, TransferRow[]]>([
    ['see what was spent before them', [
      ['c1', 's', null, 'A', 'B', 60, no, 'POSTED'],
      ['c2', 's', null, 'A', 'B', 41, no, 'BALANCE_NOT_ENOUGH 0 A'],
      ['c3', 's', null, 'A', 'B', 40, no, 'POSTED'],
      ['c4', 's', null, 'A', 'B', 1,  no, 'BALANCE_NOT_ENOUGH 0 A']]],
    ['spend what came before them', [
      ['c1', 's', null, 'B', 'A', 1,   no, 'BALANCE_NOT_ENOUGH 0 B'],
      ['c2', 's', null, 'A', 'B', 100, no, 'POSTED'],
      ['c3', 's', null, 'B', 'A', 100, no, 'POSTED'],
      ['c4', 's', null, 'B', 'A', 1,   no, 'BALANCE_NOT_ENOUGH 0 B']]],
    ['do not see what was refused', [
      ['c1', '1', 'PENDING', 'A', 'B', 10,  no, '&'],
      ['c1', '2', null,      'A', 'B', 100, no, 'BALANCE_NOT_ENOUGH 1 A'],
      ['c1', '3', 'POST',    'A', 'B', 10,  { answers: '1' }, 'PENDING_NOT_FOUND 0'],
      ['c1', '1', null,      'A', 'B', 100, no, 'POSTED']]],
    ['see what was reserved and given back', [
      ['c1', '1', 'PENDING', 'A', 'B', 100, no, 'POSTED'],
      ['c2', '1', null,      'A', 'B', 1,   no, 'BALANCE_NOT_ENOUGH 0 A'],
      ['c1', '2', 'VOID',    'A', 'B', 100, { answers: '1' }, 'POSTED'],
      ['c2', '1', null,      'A', 'B', 100, no, 'POSTED'],
      ['c1', '3', 'POST',    'A', 'B', 100, { answers: '1' }, 'PENDING_ALREADY_VOIDED 0']]],
    ['see what was reserved and posted', [
      ['c1', '1', 'PENDING', 'A', 'B', 70,  no, 'POSTED'],
      ['c2', '1', null,      'B', 'A', 70,  no, 'BALANCE_NOT_ENOUGH 0 B'],
      ['c1', '2', 'POST',    'A', 'B', 70,  { answers: '1' }, 'POSTED'],
      ['c2', '1', null,      'B', 'A', 70,  no, 'POSTED'],
      ['c3', '1', null,      'A', 'B', 101, no, 'BALANCE_NOT_ENOUGH 0 A'],
      ['c1', '3', 'VOID',    'A', 'B', 70,  { answers: '1' }, 'PENDING_ALREADY_POSTED 0']]],
    ['see what is over as soon as it is there', [
      ['c1', '1', 'PENDING', 'A', 'B', 70,  { expiresAt: at(-1) }, 'POSTED'],
      ['c2', '1', null,      'A', 'B', 31,  no, 'BALANCE_NOT_ENOUGH 0 A'],
      ['c1', '2', 'POST',    'A', 'B', 70,  { answers: '1' }, 'PENDING_EXPIRED 0'],
      ['c1', '3', 'EXPIRE',  'A', 'B', 70,  { answers: '1' }, 'POSTED'],
      ['c1', '4', 'VOID',    'A', 'B', 70,  { answers: '1' }, 'PENDING_EXPIRED 0'],
      ['c2', '1', null,      'A', 'B', 100, no, 'POSTED']]],
    ['fill an account together only up to the brim', [
      ['c1', '1', 'PENDING', 'cash', 'B', SUM_MAX, no, 'POSTED'],
      ['c2', '1', null,      'cash', 'B', 1,       no, 'AMOUNT_TOO_LARGE 0 B'],
      ['c1', '2', 'POST',    'cash', 'B', SUM_MAX, { answers: '1' }, 'POSTED'],
      ['c3', '1', null,      'B', 'cash', SUM_MAX, no, 'POSTED'],
      ['c4', '1', null,      'cash', 'B', 1,       no, 'AMOUNT_TOO_LARGE 0 B']]],
    ['a void makes room again', [
      ['c1', '1', 'PENDING', 'cash', 'B', SUM_MAX, no, 'POSTED'],
      ['c1', '2', 'VOID',    'cash', 'B', SUM_MAX, { answers: '1' }, 'POSTED'],
      ['c2', '1', null,      'cash', 'B', SUM_MAX, no, 'POSTED']]],
  ])('%s', (_, rows) => run(accounts, rows))
})

test('the most that a sum can hold is what a bigint column holds', () =>
  expect(SUM_MAX).toBe(9_223_372_036_854_775_807n))

test('what the judge was given is left as it was', () => {
  const accounts = [accountOf(['A', 100n, 0n, 0n, 0n]), accountOf(['B', 0n, 0n, 0n, 0n])]
  const before = structuredClone(accounts)
  judge([[transferOf(['c', 's', null, 'A', 'B', 60, no, ''])]], accounts, [], now)
  expect(accounts).toEqual(before)
})
