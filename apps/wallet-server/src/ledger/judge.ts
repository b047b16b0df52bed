/**
 * Decides what may be posted, purely: from what was read under the locks it answers one outcome for each item, and
 * changes nothing. Items are judged one after another over running balances, so an item sees what the granted ones
 * before it did, and a refused one leaves no trace.
 */
import type { Currency } from '@tradepay/money'
import { effects } from './balance.ts'
import { isComputedAccount, type PostOutcome, type Transfer, type TransferKind, type TransferRefusal } from './types.ts'

/** The largest sum a column of the database holds. Minor units. */
export const SUM_MAX = 2n ** 63n - 1n

/** What the judge has to know of an account. The wallet's own have no limit: their sums are not looked at. */
export interface JudgedAccount {
  id: string
  bucket: number
  currency: Currency
  frozen: boolean
  /** False when another database holds the bucket. */
  owned: boolean
  creditsPosted: bigint
  creditsPending: bigint
  debitsPosted: bigint
  debitsPending: bigint
}

type Sums = Pick<JudgedAccount, 'creditsPosted' | 'creditsPending' | 'debitsPosted' | 'debitsPending'>
type Refused = Extract<PostOutcome, { outcome: 'REFUSED' }>

/** What is known when an item is judged: what was posted before the batch, and what the batch has granted so far. */
interface Known {
  accounts: ReadonlyMap<string, JudgedAccount>
  /** By cause, step and bucket. */
  transfers: Map<string, Transfer>
  /** The kind that answered a pending transfer, by its cause, step and bucket. */
  answers: Map<string, TransferKind>
  sums: Map<string, Sums>
}

/**
 * @param items linked transfers: of each item all or none
 * @param accounts those of the accounts named by the items that exist, locked where they store a balance
 * @param existing every transfer that has one of the items' causes
 * @param now decides whether a pending transfer still holds: it does until, and not at, its `expiresAt`
 */
export function judge(
  items: readonly (readonly Transfer[])[],
  accounts: readonly JudgedAccount[],
  existing: readonly Transfer[],
  now: Date,
): PostOutcome[] {
  const known: Known = {
    accounts: new Map(accounts.map((account) => [account.id, account])),
    transfers: new Map(),
    answers: new Map(),
    sums: new Map(accounts.filter(({ id }) => !isComputedAccount(id)).map((account) => [account.id, account])),
  }
  for (const transfer of existing) remember(known, transfer)
  return items.map((item) => judgeItem(item, known, now))
}

function judgeItem(item: readonly Transfer[], known: Known, now: Date): PostOutcome {
  const repeated = judgeRepetition(item, known.transfers)
  if (repeated) return repeated

  // Everything the item does is done to a draft first; only a granted item becomes known.
  const draft: Known = {
    accounts: known.accounts,
    transfers: new Map(),
    answers: new Map(),
    sums: new Map(),
  }
  const limits = new Map<string, Refused>()
  for (const [index, transfer] of item.entries()) {
    const refusal = refusalOf(transfer, known, draft, now)
    if (refusal) return { outcome: 'REFUSED', transfer: index, ...refusal }
    remember(draft, transfer)
    for (const side of ['debit', 'credit'] as const) move(transfer, side, index, known, draft, limits)
  }
  // What the whole item leaves is what counts: a credit may follow the debit that it pays for.
  const [first] = [...limits.values()].sort((a, b) => a.transfer - b.transfer)
  if (first) return first

  for (const [key, transfer] of draft.transfers) known.transfers.set(key, transfer)
  for (const [key, kind] of draft.answers) known.answers.set(key, kind)
  for (const [id, sums] of draft.sums) known.sums.set(id, sums)
  return { outcome: 'POSTED' }
}

/** EXISTS when all of the item is there with the same content, a refusal when only some or other content is. */
function judgeRepetition(item: readonly Transfer[], transfers: ReadonlyMap<string, Transfer>): PostOutcome | null {
  const keys = item.map((transfer) => keyOf(transfer, transfer.step))
  const refused = (transfer: number): Refused => ({ outcome: 'REFUSED', reason: 'EXISTS_WITH_OTHER_CONTENT', transfer })

  const twice = keys.findIndex((key, index) => keys.indexOf(key) < index)
  if (twice >= 0) return refused(twice)

  const there = keys.map((key) => transfers.get(key))
  if (item.length > 0 && there.every((transfer) => transfer === undefined)) return null
  const other = there.findIndex((transfer, index) => transfer && !hasSameContent(transfer, item[index]!))
  if (other >= 0) return refused(other)
  // Linked transfers are posted together, so the cause stood for something else when only some of them are there.
  const missing = there.indexOf(undefined)
  return missing >= 0 ? refused(missing) : { outcome: 'EXISTS' }
}

type Refusal = { reason: TransferRefusal; account?: string }

/** What speaks against one transfer, whatever the balances are. */
function refusalOf(transfer: Transfer, known: Known, draft: Known, now: Date): Refusal | null {
  const { amount, debitAccount, creditAccount, bucket, kind = 'POSTED' } = transfer
  if (amount.minor <= 0n) return { reason: 'AMOUNT_NOT_POSITIVE' }
  if (amount.minor > SUM_MAX) return { reason: 'AMOUNT_TOO_LARGE' }
  if (debitAccount === creditAccount) return { reason: 'ACCOUNTS_MUST_DIFFER', account: debitAccount }
  const answers = kind === 'POST' || kind === 'VOID' || kind === 'EXPIRE'
  if (answers !== (transfer.resolves !== undefined)) return { reason: 'FIELDS_DO_NOT_FIT_KIND' }
  if (transfer.expiresAt !== undefined && kind !== 'PENDING') return { reason: 'FIELDS_DO_NOT_FIT_KIND' }
  for (const id of [debitAccount, creditAccount]) {
    const account = known.accounts.get(id)
    if (!account) return { reason: 'ACCOUNT_NOT_FOUND', account: id }
    if (account.bucket !== bucket) return { reason: 'ACCOUNT_IN_OTHER_BUCKET', account: id }
    if (!account.owned) return { reason: 'BUCKET_NOT_OWNED', account: id }
    if (account.currency !== amount.currency) return { reason: 'CURRENCIES_DIFFER', account: id }
  }
  // A frozen account gives nothing away; an answer only carries out what was decided before it was frozen.
  if (answers) return refusalOfAnswer(transfer, kind, known, draft, now)
  if (known.accounts.get(debitAccount)!.frozen) return { reason: 'ACCOUNT_FROZEN', account: debitAccount }
  return null
}

/** What speaks against an answer to a pending transfer. */
function refusalOfAnswer(
  transfer: Transfer,
  kind: 'POST' | 'VOID' | 'EXPIRE',
  known: Known,
  draft: Known,
  now: Date,
): Refusal | null {
  const key = keyOf(transfer, transfer.resolves!)
  const pending = draft.transfers.get(key) ?? known.transfers.get(key)
  if (pending?.kind !== 'PENDING') return { reason: 'PENDING_NOT_FOUND' }
  if (!movesTheSame(pending, transfer)) return { reason: 'PENDING_HAS_OTHER_CONTENT' }
  const answer = draft.answers.get(key) ?? known.answers.get(key)
  if (answer === 'POST') return { reason: 'PENDING_ALREADY_POSTED' }
  if (answer === 'VOID') return { reason: 'PENDING_ALREADY_VOIDED' }
  if (answer === 'EXPIRE') return { reason: 'PENDING_EXPIRED' }
  const isOver = pending.expiresAt !== undefined && pending.expiresAt.getTime() <= now.getTime()
  if (kind === 'EXPIRE') return isOver ? null : { reason: 'PENDING_NOT_EXPIRED_YET' }
  return isOver ? { reason: 'PENDING_EXPIRED' } : null
}

/**
 * Moves one side of a transfer in the draft, and notes in `limits` the transfer that took the account over a limit; the
 * note goes when a later transfer of the item brings the account back.
 */
function move(
  transfer: Transfer,
  side: 'debit' | 'credit',
  index: number,
  known: Known,
  draft: Known,
  limits: Map<string, Refused>,
): void {
  const id = side === 'debit' ? transfer.debitAccount : transfer.creditAccount
  const sums = draft.sums.get(id) ?? known.sums.get(id)
  if (!sums) return
  const { posted, pending } = effects[transfer.kind ?? 'POSTED']
  const after =
    side === 'debit'
      ? {
          ...sums,
          debitsPosted: sums.debitsPosted + posted * transfer.amount.minor,
          debitsPending: sums.debitsPending + pending * transfer.amount.minor,
        }
      : {
          ...sums,
          creditsPosted: sums.creditsPosted + posted * transfer.amount.minor,
          creditsPending: sums.creditsPending + pending * transfer.amount.minor,
        }
  draft.sums.set(id, after)
  const reason = limitExceeded(after)
  if (!reason) limits.delete(id)
  else if (limits.get(id)?.reason !== reason) {
    limits.set(id, { outcome: 'REFUSED', reason, transfer: index, account: id })
  }
}

/**
 * The limit that sums exceed. Pending credits count as if they were posted, so that posting them later cannot fail; debits
 * need no look, being never more than credits.
 */
function limitExceeded({ creditsPosted, creditsPending, debitsPosted, debitsPending }: Sums): TransferRefusal | null {
  if (debitsPosted + debitsPending > creditsPosted) return 'BALANCE_NOT_ENOUGH'
  if (creditsPosted + creditsPending > SUM_MAX) return 'AMOUNT_TOO_LARGE'
  return null
}

function remember(known: Known, transfer: Transfer): void {
  known.transfers.set(keyOf(transfer, transfer.step), transfer)
  if (transfer.resolves !== undefined) known.answers.set(keyOf(transfer, transfer.resolves), transfer.kind ?? 'POSTED')
}

/** PostgreSQL keeps no text with the character NUL, so the parts cannot run into each other. */
const keyOf = ({ causeId, bucket }: Transfer, step: string): string => `${bucket}\0${causeId}\0${step}`

const movesTheSame = (a: Transfer, b: Transfer): boolean =>
  a.debitAccount === b.debitAccount &&
  a.creditAccount === b.creditAccount &&
  a.amount.minor === b.amount.minor &&
  a.amount.currency === b.amount.currency

const hasSameContent = (a: Transfer, b: Transfer): boolean =>
  movesTheSame(a, b) &&
  (a.kind ?? 'POSTED') === (b.kind ?? 'POSTED') &&
  a.resolves === b.resolves &&
  a.expiresAt?.getTime() === b.expiresAt?.getTime()
