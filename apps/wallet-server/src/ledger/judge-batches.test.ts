/**
 * The judge on thousands of random batches: against judging one by one, against a tiny model that computes everything
 * anew from the list of transfers, and without the items that were refused.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { movesOf } from './balance.ts'
import { judge, type JudgedAccount } from './judge.ts'
import type { PostOutcome, Transfer } from './types.ts'

const now = new Date('2026-03-01T04:00:00.000Z')
const RUNS = 2000

const account = (id: string, credits: bigint, more: Partial<JudgedAccount> = {}): JudgedAccount => ({
  id,
  bucket: 7,
  currency: 'CNY',
  frozen: false,
  owned: true,
  creditsPosted: credits,
  creditsPending: 0n,
  debitsPosted: 0n,
  debitsPending: 0n,
  ...more,
})
const accounts: JudgedAccount[] = [
  account('users:a:CNY', 10n),
  account('users:b:CNY', 3n),
  account('merchants:c:CNY', 0n),
  account('users:frozen:CNY', 5n, { frozen: true }),
  account('users:elsewhere:CNY', 5n, { bucket: 8 }),
  account('in-transit:007:CNY', 0n),
  account('bank-clearing:007:CNY', 0n),
]
const common = ['users:a:CNY', 'users:b:CNY', 'merchants:c:CNY', 'in-transit:007:CNY', 'bank-clearing:007:CNY']
const rare = ['users:frozen:CNY', 'users:elsewhere:CNY', 'users:nobody:CNY']
// Few are rare, so that most transfers have a chance.
const anAccount = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...common) },
  { weight: 1, arbitrary: fc.constantFrom(...rare) },
)

/** What a cause means by a step: drawn once for each, so that answers and repetitions mostly fit. */
const aMeaning = fc.record({
  debitAccount: anAccount,
  creditAccount: anAccount,
  minor: fc.integer({ min: 1, max: 6 }),
  expiresInSeconds: fc.constantFrom(null, null, null, null, -1, 0, 1),
})
const twist = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -6)
/** The first steps of a cause mostly reserve, and the others mostly answer them. */
const aTransfer = fc
  .oneof(
    { weight: 3, arbitrary: fc.record({ step: fc.nat({ max: 1 }), kind: fc.constant('PENDING' as const), twist }) },
    {
      weight: 5,
      arbitrary: fc.record({
        step: fc.integer({ min: 2, max: 4 }),
        kind: fc.constantFrom('POST' as const, 'POST' as const, 'VOID' as const, 'EXPIRE' as const),
        answers: fc.constantFrom(0, 0, 1, 1, 2),
        twist,
      }),
    },
    { weight: 2, arbitrary: fc.record({ step: fc.nat({ max: 4 }), kind: fc.constant('POSTED' as const), twist }) },
  )
  .chain((transfer) => fc.nat({ max: 1 }).map((cause) => ({ answers: 0, ...transfer, cause })))
const aBatch = fc
  .record({
    meanings: fc.array(aMeaning, { minLength: 10, maxLength: 10 }),
    items: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.array(aTransfer, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(aTransfer, { minLength: 2, maxLength: 3 }) },
      ),
      { minLength: 1, maxLength: 24, size: 'max' },
    ),
  })
  .map(({ meanings, items }) =>
    items.map((item) =>
      item.map(({ cause, step, kind, answers, twist }): Transfer => {
        const isAnswer = kind !== 'POSTED' && kind !== 'PENDING'
        const meaning = meanings[cause * 5 + (isAnswer ? answers : step)]!
        return {
          causeId: `cause-${cause}`,
          step: `step-${step}`,
          bucket: 7,
          debitAccount: meaning.debitAccount,
          creditAccount: meaning.creditAccount,
          amount: { currency: 'CNY', minor: BigInt(meaning.minor + twist) },
          kind,
          ...(isAnswer ? { resolves: `step-${answers}` } : {}),
          ...(kind === 'PENDING' && meaning.expiresInSeconds !== null
            ? { expiresAt: new Date(now.getTime() + meaning.expiresInSeconds * 1000) }
            : {}),
        }
      }),
    ),
  )

const granted = (items: Transfer[][], outcomes: PostOutcome[]): Transfer[] =>
  items.filter((_, index) => outcomes[index]!.outcome === 'POSTED').flat()

/** The accounts after the transfers, as the statement that writes leaves them. */
function after(transfers: Transfer[]): JudgedAccount[] {
  const moves = new Map(movesOf(transfers).map((move) => [move.account, move]))
  return accounts.map((before) => {
    const move = moves.get(before.id)
    if (!move) return before
    return {
      ...before,
      creditsPosted: before.creditsPosted + move.creditsPosted,
      creditsPending: before.creditsPending + move.creditsPending,
      debitsPosted: before.debitsPosted + move.debitsPosted,
      debitsPending: before.debitsPending + move.debitsPending,
    }
  })
}

test('a batch is judged as if its items had come one after another', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(aBatch, (items) => {
      const posted: Transfer[] = []
      const oneByOne = items.map((item) => {
        const [outcome] = judge([item], after(posted), posted, now)
        if (outcome!.outcome === 'POSTED') posted.push(...item)
        return outcome!
      })
      expect(judge(items, accounts, [], now)).toEqual(oneByOne)
    }),
    { numRuns: RUNS },
  )
})

test('a batch is judged as a model that counts everything anew would', { timeout: 120_000 }, () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(aBatch, (items) => {
      const posted: Transfer[] = []
      const expected = items.map((item) => modelOf(item, posted))
      const outcomes = judge(items, accounts, [], now).map((o) => (o.outcome === 'REFUSED' ? o.reason : o.outcome))
      for (const outcome of outcomes) seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
      expect(outcomes).toEqual(expected)
    }),
    { numRuns: RUNS },
  )
  // The batches reach everything that can happen to them, else the comparison would say little.
  expect([...seen.keys()].sort()).toEqual([
    'ACCOUNTS_MUST_DIFFER',
    'ACCOUNT_FROZEN',
    'ACCOUNT_IN_OTHER_BUCKET',
    'ACCOUNT_NOT_FOUND',
    'AMOUNT_NOT_POSITIVE',
    'BALANCE_NOT_ENOUGH',
    'EXISTS',
    'EXISTS_WITH_OTHER_CONTENT',
    'PENDING_ALREADY_POSTED',
    'PENDING_ALREADY_VOIDED',
    'PENDING_EXPIRED',
    'PENDING_HAS_OTHER_CONTENT',
    'PENDING_NOT_EXPIRED_YET',
    'PENDING_NOT_FOUND',
    'POSTED',
  ])
})

test('refused items leave no trace: without them the others end the same', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(aBatch, (items) => {
      const outcomes = judge(items, accounts, [], now)
      const isGood = (_: unknown, index: number): boolean => outcomes[index]!.outcome !== 'REFUSED'
      expect(judge(items.filter(isGood), accounts, [], now)).toEqual(outcomes.filter(isGood))
    }),
    { numRuns: RUNS },
  )
})

test('a batch that comes again is there already, and moves nothing', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(aBatch, (items) => {
      const outcomes = judge(items, accounts, [], now)
      const posted = granted(items, outcomes)
      const good = items.filter((_, index) => outcomes[index]!.outcome !== 'REFUSED')
      expect(judge(good, after(posted), posted, now).every(({ outcome }) => outcome === 'EXISTS')).toBe(true)
    }),
    { numRuns: RUNS },
  )
})

test('no stored sum is below zero, and no balance, after any batch', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(aBatch, (items) => {
      for (const sums of after(granted(items, judge(items, accounts, [], now)))) {
        const { creditsPosted, creditsPending, debitsPosted, debitsPending } = sums
        const available = creditsPosted - debitsPosted - debitsPending
        expect([creditsPosted, creditsPending, debitsPosted, debitsPending, available].filter((x) => x < 0n)).toEqual(
          [],
        )
      }
    }),
    { numRuns: RUNS },
  )
})

/** One item by the letter of the contract: slow, from the list alone. Adds what is granted to the list. */
function modelOf(item: Transfer[], posted: Transfer[]): string {
  const find = (list: Transfer[], t: Transfer, step: string): Transfer | undefined =>
    list.find((other) => other.causeId === t.causeId && other.step === step)
  const content = ({ debitAccount, creditAccount, amount }: Transfer): string =>
    [debitAccount, creditAccount, amount.minor].join()
  const all = (t: Transfer): string => [content(t), t.kind, t.resolves, t.expiresAt?.getTime()].join()

  if (new Set(item.map(({ causeId, step }) => causeId + step)).size < item.length) return 'EXISTS_WITH_OTHER_CONTENT'
  const there = item.map((t) => find(posted, t, t.step))
  if (there.some(Boolean)) {
    return there.every((t, index) => t && all(t) === all(item[index]!)) ? 'EXISTS' : 'EXISTS_WITH_OTHER_CONTENT'
  }

  const next = [...posted]
  for (const t of item) {
    if (t.amount.minor <= 0n) return 'AMOUNT_NOT_POSITIVE'
    if (t.debitAccount === t.creditAccount) return 'ACCOUNTS_MUST_DIFFER'
    for (const id of [t.debitAccount, t.creditAccount]) {
      if (id.includes('nobody')) return 'ACCOUNT_NOT_FOUND'
      if (id.includes('elsewhere')) return 'ACCOUNT_IN_OTHER_BUCKET'
    }
    if (t.resolves === undefined) {
      if (t.debitAccount.includes('frozen')) return 'ACCOUNT_FROZEN'
    } else {
      const pending = find(next, t, t.resolves)
      if (pending?.kind !== 'PENDING') return 'PENDING_NOT_FOUND'
      if (content(pending) !== content(t)) return 'PENDING_HAS_OTHER_CONTENT'
      const answer = next.find((other) => other.causeId === t.causeId && other.resolves === t.resolves)
      if (answer?.kind === 'POST') return 'PENDING_ALREADY_POSTED'
      if (answer?.kind === 'VOID') return 'PENDING_ALREADY_VOIDED'
      const isOver = pending.expiresAt !== undefined && pending.expiresAt <= now
      if (answer || (isOver && t.kind !== 'EXPIRE')) return 'PENDING_EXPIRED'
      if (!isOver && t.kind === 'EXPIRE') return 'PENDING_NOT_EXPIRED_YET'
    }
    next.push(t)
  }

  for (const { id, creditsPosted } of accounts.filter((a) => /^(users|merchants):/.test(a.id))) {
    let available = creditsPosted
    for (const t of next) {
      const isAnswered = next.some((other) => other.causeId === t.causeId && other.resolves === t.step)
      const isPosted = t.kind === 'POSTED' || t.kind === 'POST'
      if (t.creditAccount === id && isPosted) available += t.amount.minor
      if (t.debitAccount === id && (isPosted || (t.kind === 'PENDING' && !isAnswered))) available -= t.amount.minor
    }
    if (available < 0n) return 'BALANCE_NOT_ENOUGH'
  }
  posted.push(...item)
  return 'POSTED'
}
