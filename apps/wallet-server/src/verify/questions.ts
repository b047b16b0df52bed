/**
 * Asks a database many questions about itself, each a query that answers rows only when something is to be told.
 *
 * A small database is asked everything in one round trip, because a simulation asks after every step; a large one is asked
 * one question after another, so that the memory of one is given back before the next.
 */
import { createHash } from 'node:crypto'
import type { Queryable } from '../db/transaction.ts'
import { ROWS_REPORTED_MAX } from '../ledger/verify.ts'

export interface Question {
  sql: string
}

/** Every value as text, so that no amount passes through a float; null stays null. */
export type Answer = Record<string, string | null>

/** Longest that one question of a very large database may take. Milliseconds. */
const SWEEP_TIMEOUT_MS = 24 * 3_600_000

/** Up to this size of the largest tables everything is asked at once. Bytes. */
const ASK_TOGETHER_BYTES = 4 * 1024 * 1024

/**
 * The rows of every question, at most {@link ROWS_REPORTED_MAX} of each, in the order of the questions. The caller gives
 * a transaction with one snapshot; its planner settings are changed until it ends.
 * @param togetherUpTo size of the largest tables up to which everything is asked at once, in bytes; default 4 MiB
 */
export async function askAll(
  tx: Queryable,
  questions: readonly Question[],
  togetherUpTo = ASK_TOGETHER_BYTES,
): Promise<Answer[][]> {
  const together = (await prepareToSweep(tx)) <= togetherUpTo
  const answers: Answer[][] = questions.map(() => [])
  const groups = together ? [[...questions.keys()]] : [...questions.keys()].map((index) => [index])
  for (const group of groups) {
    const text = statementOf(group.map((index) => questions[index]!))
    // Named by its content: planned once for each connection, because planning takes longer than running it on few rows.
    const { rows } = await tx.query<{ question: number; answer: Answer }>({
      name: together ? `verify-${createHash('sha256').update(text).digest('hex').slice(0, 16)}` : undefined,
      text,
      query_timeout: SWEEP_TIMEOUT_MS,
    })
    for (const { question, answer } of rows) answers[group[question]!]!.push(answer)
  }
  return answers
}

/**
 * The pool's settings are for looking rows up by their keys; a sweep needs every way of reading and joining, more memory
 * for it, and longer than a payment may take. Answers how large the tables are, in bytes.
 */
async function prepareToSweep(tx: Queryable): Promise<bigint> {
  const settings = {
    statement_timeout: '0',
    enable_seqscan: 'on',
    enable_hashjoin: 'on',
    enable_mergejoin: 'on',
    work_mem: '128MB',
  }
  const { rows } = await tx.query<{ size: bigint | string }>({
    name: 'verify-settings',
    text: `select ${Object.entries(settings)
      .map(([name, value]) => `set_config('${name}', '${value}', true)`)
      .join(', ')}, pg_relation_size('transfers') + pg_relation_size('orders') as size`,
  })
  return BigInt(rows[0]!.size)
}

/**
 * All questions as one statement. They are materialized because the limit must not make the planner look for the first
 * rows: a healthy database has none, and then the whole of the tables has been read in the slowest way.
 */
function statementOf(questions: readonly Question[]): string {
  const asked = questions.map(({ sql }, index) => `q${index} as materialized (${sql})`)
  const answered = questions.map(
    (_question, index) => `select ${index} as question,
      (select jsonb_object_agg(f.key, f.value) from jsonb_each_text(to_jsonb(r)) as f) as answer
      from (select * from q${index} limit ${ROWS_REPORTED_MAX}) as r`,
  )
  return `with ${asked.join(', ')} ${answered.join(' union all ')}`
}
