/** What the bank's answers mean: each row a log, its meaning, what is asked next and when. */
import { describe, expect, test } from 'vitest'
import { contradicts, delaySeconds, isFinal, judge, toFailure, type JudgedAnswer } from './judge.ts'
import { inquiryDelaysSeconds } from './types.ts'

const S = 'SUCCEEDED'
const F = 'FAILED'
const P = 'PROCESSING'
const N = 'NOT_FOUND'
const U = 'UNKNOWN'
type Word = typeof S | typeof F | typeof P | typeof N | typeof U

const logOf = (...words: Word[]): JudgedAnswer[] =>
  words.map((answer) => ({ answer, detail: answer === F ? 'ACCOUNT_CLOSED' : null }))

describe('an answer is final', () => {
  test.each<[string, Word[], 'SUCCEEDED' | 'FAILED']>([
    ['when two questions in a row got yes', [S, S], S],
    ['when two questions in a row got no', [F, F], F],
    ['after lost answers', [U, U, S, S], S],
    ['after a long wait', [P, P, P, P, F, F], F],
    ['after the order was given twice', [U, N, S, S], S],
    ['when a bank that contradicts itself says the same twice: no', [S, F, F], F],
    ['when a bank that contradicts itself says the same twice: yes', [F, S, F, S, S], S],
    ['and stays so, whatever was said afterwards', [S, S, F, F], S],
    ['and stays so, when nothing was said afterwards', [F, F, U], F],
  ])('%s', (_what, words, state) => {
    const verdict = judge(logOf(...words))
    expect(verdict).toMatchObject({ final: true, outcome: { state } })
  })

  test('with the reason that confirmed it', () => {
    const log: JudgedAnswer[] = [
      { answer: F, detail: 'REFUSED' },
      { answer: F, detail: 'BALANCE_NOT_ENOUGH' },
    ]
    expect(judge(log)).toEqual({ final: true, outcome: { state: 'FAILED', failure: 'BALANCE_NOT_ENOUGH' } })
    expect(judge(logOf(S, S))).toEqual({ final: true, outcome: { state: 'SUCCEEDED' } })
  })
})

describe('an answer is not final', () => {
  test.each<[string, Word[], 'ASK' | 'INQUIRE', number]>([
    ['before the first question: ask now', [], 'ASK', 0],
    ['after one yes: confirm it now', [S], 'INQUIRE', 0],
    ['after one no: confirm it now', [F], 'INQUIRE', 0],
    ['after the first yes of a long wait: confirm it now', [P, P, S], 'INQUIRE', 0],
    ['after a yes whose confirmation was lost', [S, U], 'INQUIRE', 2],
    ['after two yes with a lost answer between them: confirm it now', [S, U, S], 'INQUIRE', 0],
    ['after two yes with "not yet" between them: confirm it now', [S, P, S], 'INQUIRE', 0],
    ['after yes and no: wait, neither is believed', [S, F], 'INQUIRE', 2],
    ['after no and yes: wait, neither is believed', [F, S], 'INQUIRE', 2],
    ['after many turns of yes and no: wait longer', [S, F, S, F], 'INQUIRE', 10],
    ['after a lost answer: inquire, for it may have been done', [U], 'INQUIRE', 1],
    ['after several lost answers', [U, U, U], 'INQUIRE', 5],
    ['when the bank is working on it', [P], 'INQUIRE', 1],
    ['when the bank goes on working on it', [P, P], 'INQUIRE', 2],
    ['when the bank has never heard of it: ask again now', [U, N], 'ASK', 0],
    ['when it was lost a second time: inquire first', [U, N, U], 'INQUIRE', 5],
    ['when it was lost a second time and is not there: ask again', [U, N, U, N], 'ASK', 0],
    ['when the bank knew it and has forgotten: never ask again', [P, N], 'INQUIRE', 2],
    ['when the bank had done it and has forgotten: never ask again', [S, N], 'INQUIRE', 2],
    ['when the bank had refused it and has forgotten: never ask again', [F, N], 'INQUIRE', 2],
    ['when it is not there twice, though it was known', [P, N, N], 'INQUIRE', 5],
    ['when the same is not known twice', [U, U], 'INQUIRE', 2],
    ['when the same is not there twice', [U, N, U, N, U, N], 'ASK', 0],
  ])('%s', (_what, words, question, pauseSeconds) => {
    expect(judge(logOf(...words))).toEqual({ final: false, question, pauseSeconds })
  })
})

test('pauses grow, and the last one repeats', () => {
  expect(Array.from({ length: 12 }, (_, n) => delaySeconds(n + 1))).toEqual([
    1, 2, 5, 10, 30, 60, 300, 900, 3600, 3600, 3600, 3600,
  ])
  expect(delaySeconds(1_000_000)).toBe(inquiryDelaysSeconds.at(-1))
  expect(delaySeconds(0), 'nothing was asked yet').toBe(1)
})

test('only yes and no are final', () => {
  expect([S, F, P, N, U].map((answer) => isFinal({ answer: answer as Word }))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})

test('only the opposite contradicts', () => {
  const answers: Word[] = [S, F, P, N, U]
  expect(answers.filter((answer) => contradicts('SUCCEEDED', { answer }))).toEqual([F])
  expect(answers.filter((answer) => contradicts('FAILED', { answer }))).toEqual([S])
  expect(answers.filter((answer) => contradicts('PROCESSING', { answer }))).toEqual([])
})

test('a reason that nobody knows is a refusal', () => {
  expect(toFailure('ACCOUNT_CLOSED')).toBe('ACCOUNT_CLOSED')
  expect(toFailure('The manager was ill')).toBe('REFUSED')
  expect(toFailure(null)).toBe('REFUSED')
})
