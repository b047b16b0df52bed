/**
 * The SQL of fundings: write down what the bank is to be asked, claim what is due, keep every answer, end it once.
 */
import type { FundingState } from '@tradepay/contract'
import type pg from 'pg'
import { statement, type Queryable } from '../db/transaction.ts'
import { toFailure } from './judge.ts'
import type { Funding, FundingAnswer, FundingOutcome, FundingPurpose } from './types.ts'

/** What names a funding's row. */
export type FundingKey = Pick<Funding, 'fundingId' | 'bucket'>

interface FundingRow {
  funding_id: string
  bucket: number
  direction: 'IN' | 'OUT'
  purpose: FundingPurpose
  subject_id: string
  bank_account_id: string
  bank_ref: string
  amount: bigint
  currency: string
  state: FundingState
  failure: string | null
  attempts: number
  due_at: Date | null
  contradicted_at: Date | null
  created_at: Date
  finished_at: Date | null
}

interface AnswerRow {
  funding_id: string
  attempt: number
  question: FundingAnswer['question']
  asked_at: Date
  duration_ms: number
  answer: FundingAnswer['answer']
  detail: string | null
}

/** Adds a funding that is due at once. The caller's transaction also reserves its money. */
export async function insertFunding(
  tx: Queryable,
  funding: Omit<Funding, 'state' | 'failure' | 'attempts' | 'dueAt' | 'contradictedAt' | 'finishedAt'>,
): Promise<void> {
  await tx.query({
    name: 'funding-insert',
    text: `insert into fundings (funding_id, bucket, direction, purpose, subject_id, bank_account_id, bank_ref, amount,
        currency, state, due_at, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'PROCESSING', $10, $10)`,
    values: [
      funding.fundingId,
      funding.bucket,
      funding.direction,
      funding.purpose,
      funding.subjectId,
      funding.bankAccountId,
      funding.bankRef,
      funding.amount.minor,
      funding.amount.currency,
      funding.createdAt,
    ],
  })
}

/**
 * Claims what is due, oldest first, leaving to other servers what they hold. Until `claimedUntil` nobody else takes it;
 * after that, if this process died, somebody does.
 * @param exclude what this process is asking already, whose claim may have run out because the clock was moved
 */
export async function claimDueFundings(
  db: pg.Pool,
  now: Date,
  claimedUntil: Date,
  limits: { limit: number; exclude: string[] },
): Promise<Funding[]> {
  const { rows } = await statement<FundingRow>(db, {
    name: 'funding-claim-due',
    text: `with due as materialized (
        select funding_id, bucket from fundings
        where due_at <= $1 and (claimed_until is null or claimed_until <= $1) and funding_id <> all ($3::text[])
        order by due_at limit $4 for update skip locked
      )
      update fundings f set claimed_until = $2
      from due where f.funding_id = due.funding_id and f.bucket = due.bucket
      returning f.*`,
    values: [now, claimedUntil, limits.exclude, limits.limit],
  })
  return rows.map(toFunding)
}

/** When the next question can be put: its due time, or the end of somebody's claim on it. */
export async function selectNextDueFunding(db: Queryable, now: Date): Promise<Date | null> {
  const { rows } = await db.query<{ next: Date | null }>({
    name: 'funding-next-due',
    text: `select least(
        (select due_at from fundings where due_at is not null and claimed_until is null order by due_at limit 1),
        (select min(claimed_until) from fundings where due_at <= $1 and claimed_until is not null)) as next`,
    values: [now],
  })
  return rows[0]?.next ?? null
}

export async function selectFunding(db: Queryable, key: FundingKey): Promise<Funding | null> {
  const { rows } = await db.query<FundingRow>({
    name: 'funding-select',
    text: 'select * from fundings where funding_id = $1 and bucket = $2',
    values: [key.fundingId, key.bucket],
  })
  return rows[0] ? toFunding(rows[0]) : null
}

/** Locks a funding to write an answer down. */
export async function lockFunding(tx: Queryable, key: FundingKey): Promise<Funding> {
  const { rows } = await tx.query<FundingRow>({
    name: 'funding-lock',
    text: 'select * from fundings where funding_id = $1 and bucket = $2 for update',
    values: [key.fundingId, key.bucket],
  })
  if (!rows[0]) throw new Error(`Funding ${key.fundingId} does not exist.`)
  return toFunding(rows[0])
}

/** Everything the bank has answered, by funding, oldest first. */
export async function selectAnswers(db: Queryable, fundingIds: string[]): Promise<Map<string, FundingAnswer[]>> {
  const { rows } = await db.query<AnswerRow>({
    name: 'funding-select-answers',
    text: 'select * from funding_answers where funding_id = any ($1) order by funding_id, attempt',
    values: [fundingIds],
  })
  const logs = new Map(fundingIds.map((id): [string, FundingAnswer[]] => [id, []]))
  for (const row of rows) logs.get(row.funding_id)?.push(toAnswer(row))
  return logs
}

/**
 * Adds an answer to the log and writes when the next question is due. The caller holds the funding's lock.
 * @param after.dueAt null for a funding that has ended
 * @param after.keepClaim true while this process goes on with it
 */
export async function insertAnswer(
  tx: Queryable,
  key: FundingKey,
  answer: FundingAnswer,
  after: { dueAt: Date | null; contradictedAt: Date | null; keepClaim: boolean },
): Promise<void> {
  await tx.query({
    name: 'funding-insert-answer',
    text: `with logged as (
        insert into funding_answers (funding_id, bucket, attempt, question, asked_at, duration_ms, answer, detail)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
      )
      update fundings set attempts = $3, due_at = $9, contradicted_at = coalesce(contradicted_at, $10),
        claimed_until = case when $11 then claimed_until end
      where funding_id = $1 and bucket = $2`,
    values: [
      key.fundingId,
      key.bucket,
      answer.attempt,
      answer.question,
      answer.askedAt,
      answer.durationMs,
      answer.answer,
      answer.detail,
      after.dueAt,
      after.contradictedAt,
      after.keepClaim,
    ],
  })
}

/** Ends a funding that has not ended yet; false when another server was first. */
export async function endFunding(tx: Queryable, key: FundingKey, outcome: FundingOutcome, now: Date): Promise<boolean> {
  const { rowCount } = await tx.query({
    name: 'funding-end',
    text: `update fundings set state = $3, failure = $4, finished_at = $5, due_at = null, claimed_until = null
      where funding_id = $1 and bucket = $2 and state = 'PROCESSING'`,
    values: [key.fundingId, key.bucket, outcome.state, outcome.state === 'FAILED' ? outcome.failure : null, now],
  })
  return rowCount === 1
}

/** Gives a claim back and sets when it is due again; false when it has ended meanwhile. May be repeated. */
export async function postponeFunding(db: Queryable, key: FundingKey, dueAt: Date): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'funding-postpone',
    text: `update fundings set due_at = $3, claimed_until = null
      where funding_id = $1 and bucket = $2 and state = 'PROCESSING'`,
    values: [key.fundingId, key.bucket, dueAt],
  })
  return rowCount === 1
}

/** Makes a funding due now without touching a claim on it; false when it has ended. */
export async function hastenFunding(db: Queryable, key: FundingKey, now: Date): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'funding-hasten',
    text: `update fundings set due_at = $3 where funding_id = $1 and bucket = $2 and state = 'PROCESSING'`,
    values: [key.fundingId, key.bucket, now],
  })
  return rowCount === 1
}

export async function selectFundingsOf(db: Queryable, subjectId: string): Promise<Funding[]> {
  const { rows } = await db.query<FundingRow>({
    name: 'funding-select-of',
    text: 'select * from fundings where subject_id = $1 order by created_at, funding_id',
    values: [subjectId],
  })
  return rows.map(toFunding)
}

function toFunding(row: FundingRow): Funding {
  return {
    fundingId: row.funding_id,
    bucket: row.bucket,
    direction: row.direction,
    purpose: row.purpose,
    subjectId: row.subject_id,
    bankAccountId: row.bank_account_id,
    bankRef: row.bank_ref,
    amount: { currency: row.currency, minor: row.amount },
    state: row.state,
    failure: row.failure === null ? null : toFailure(row.failure),
    attempts: row.attempts,
    dueAt: row.due_at,
    contradictedAt: row.contradicted_at,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}

function toAnswer(row: AnswerRow): FundingAnswer {
  return {
    attempt: row.attempt,
    question: row.question,
    askedAt: row.asked_at,
    durationMs: row.duration_ms,
    answer: row.answer,
    detail: row.detail,
  }
}
