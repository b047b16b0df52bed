/**
 * One funding's turn: puts the question that is due to the bank, writes the answer down, and when the answer is final lets
 * the owner settle it in the transaction that ends the funding.
 *
 * Whatever fails leaves the funding PROCESSING and due again: an answer that did not come is UNKNOWN, and a settlement that
 * did not work is tried again with growing pauses.
 */
import type { Deps } from '../build-server.ts'
import { isStorable } from '../db/text.ts'
import { transaction } from '../db/transaction.ts'
import type { Bank, BankAnswer } from '../ports.ts'
import { contradicts, judge } from './judge.ts'
import * as store from './store.ts'
import type { FundingKey } from './store.ts'
import type { Funding, FundingAnswer, FundingOutcome, FundingOwner, FundingPurpose } from './types.ts'

/** How long the bank may take for an answer. The adapter keeps this time. Milliseconds. */
export const BANK_TIMEOUT_MS = 10_000
/** One turn puts at most four questions: not found, ask again, a final answer, the question that confirms it. */
export const ASK_ONE_SECONDS_MAX = 4 * (BANK_TIMEOUT_MS / 1000)

/** Longest text that a customer can read on the bank's statement. Source: contract/bank-api.ts. */
const MEMO_MAX_LENGTH = 140
/** How much of an error is kept in the log. Characters. */
const DETAIL_MAX_LENGTH = 500
/** Pauses after settlements that failed: as long as they have been failing, within these. Milliseconds. */
const SETTLE_PAUSE_MS = { least: 1_000, most: 3_600_000 } as const

export interface Asker {
  /** Carries a claimed funding as far as it goes now. @throws what its settlement threw; it is then due again */
  ask(funding: Funding, log: FundingAnswer[]): Promise<void>
  /** Inquires a funding that has ended, once, and marks it when the bank contradicts itself. Unknown ones are ignored. */
  lookAtEnded(key: FundingKey): Promise<void>
}

export function createAsker(
  deps: Pick<Deps, 'db' | 'clock' | 'settings'> & { bank: Bank },
  ownerOf: (purpose: FundingPurpose) => FundingOwner,
): Asker {
  const { db, clock, settings, bank } = deps

  async function answerTo(funding: Funding, question: FundingAnswer['question']): Promise<BankSaid> {
    const order = toOrder(funding, settings.walletName)
    return readAnswer(question, await (question === 'INQUIRE' ? bank.inquire(order) : bank.ask(order)))
  }

  /** Puts one question to the bank. Never throws: what is not known is UNKNOWN. */
  async function put(funding: Funding, question: FundingAnswer['question']): Promise<Omit<FundingAnswer, 'attempt'>> {
    const askedAt = clock.now()
    const started = performance.now()
    const read = await answerTo(funding, question).catch((error: unknown) => ({
      answer: 'UNKNOWN' as const,
      detail: describe(error),
    }))
    return { question, askedAt, durationMs: Math.round(performance.now() - started), ...read }
  }

  /**
   * Writes an answer down. The log is read under the lock, so that what two servers asked at the same time, because a claim
   * had run out, is judged together.
   */
  async function write(
    funding: Funding,
    answered: Omit<FundingAnswer, 'attempt'>,
  ): Promise<{ log: FundingAnswer[]; ended: boolean }> {
    const written = await transaction(db, async (tx) => {
      const current = await store.lockFunding(tx, funding)
      const before = (await store.selectAnswers(tx, [funding.fundingId])).get(funding.fundingId) ?? []
      const answer: FundingAnswer = { attempt: current.attempts + 1, ...answered }
      const log = [...before, answer]
      const now = clock.now()
      if (current.state !== 'PROCESSING') {
        const contradictedAt = contradicts(current.state, answer) ? now : null
        await store.insertAnswer(tx, funding, answer, { dueAt: null, contradictedAt, keepClaim: false })
        return { log, answer, ended: true }
      }
      const verdict = judge(log)
      const pauseMs = verdict.final ? 0 : verdict.pauseSeconds * 1000
      // Somebody hastened it while the bank was being asked: the bank may have said this before it knew better.
      const hastened = current.dueAt !== null && funding.dueAt !== null && current.dueAt > funding.dueAt
      await store.insertAnswer(tx, funding, answer, {
        dueAt: hastened ? current.dueAt : new Date(now.getTime() + pauseMs),
        contradictedAt: null,
        keepClaim: pauseMs === 0,
      })
      return { log, answer, ended: false }
    })
    ownerOf(funding.purpose).answered?.(funding, written.answer)
    return written
  }

  async function settle(funding: Funding, log: FundingAnswer[], outcome: FundingOutcome): Promise<void> {
    const owner = ownerOf(funding.purpose)
    try {
      await transaction(db, async (tx) => {
        await owner.settle(tx, funding, outcome)
        if (!(await store.endFunding(tx, funding, outcome, clock.now()))) throw new EndedByAnother()
      })
    } catch (error) {
      if (error instanceof EndedByAnother) return
      // An owner that finds its own rows settled already says so loudly; it is only bad news while the funding waits.
      if (await store.postponeFunding(db, funding, settleAgainAt(log, clock.now()))) throw error
      return
    }
    owner.settled?.(funding, outcome)
  }

  return {
    async ask(funding, log) {
      for (let verdict = judge(log); ; verdict = judge(log)) {
        if (verdict.final) return settle(funding, log, verdict.outcome)
        const written = await write(funding, await put(funding, verdict.question))
        log = written.log
        if (written.ended) return
        const next = judge(log)
        if (!next.final && next.pauseSeconds > 0) return
      }
    },

    async lookAtEnded(key) {
      const funding = await store.selectFunding(db, key)
      if (!funding || funding.state === 'PROCESSING') return
      await write(funding, await put(funding, 'INQUIRE'))
    },
  }
}

/** Another server ended the funding first. Rolls the transaction back; nothing is wrong. */
class EndedByAnother extends Error {
  override name = 'EndedByAnother'
}

/** When a settlement that failed is tried again: the pause is as long as it has been failing, so it doubles. */
function settleAgainAt(log: FundingAnswer[], now: Date): Date {
  const failingMs = now.getTime() - (log.at(-1)?.askedAt ?? now).getTime()
  const pauseMs = Math.min(Math.max(failingMs, SETTLE_PAUSE_MS.least), SETTLE_PAUSE_MS.most)
  return new Date(now.getTime() + pauseMs)
}

function toOrder(funding: Funding, walletName: string): Parameters<Bank['ask']>[0] {
  const { fundingId, direction, bankRef, amount, subjectId } = funding
  return { fundingId, direction, bankRef, amount, memo: memoFor(walletName, subjectId) }
}

/** The wallet's name, shortened if need be, and the number of what it is for. */
export function memoFor(walletName: string, subjectId: string): string {
  const room = Math.max(0, MEMO_MAX_LENGTH - 1 - subjectId.length)
  // A character is not cut in two.
  const name = walletName.slice(0, room).replace(/[\ud800-\udbff]$/, '')
  return `${name} ${subjectId}`.trim().slice(0, MEMO_MAX_LENGTH)
}

type BankSaid = Pick<FundingAnswer, 'answer' | 'detail'>

function readAnswer(question: FundingAnswer['question'], answer: BankAnswer): BankSaid {
  if (answer.state === 'FAILED') return { answer: 'FAILED', detail: answer.failure }
  if (question === 'ASK' && answer.state === 'NOT_FOUND') {
    return { answer: 'UNKNOWN', detail: 'The bank was given an order and answered that it has never heard of it.' }
  }
  return { answer: answer.state, detail: null }
}

function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (isStorable(text) ? text : 'The bank could not be understood.').slice(0, DETAIL_MAX_LENGTH)
}
