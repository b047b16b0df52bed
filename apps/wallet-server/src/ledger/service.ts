/**
 * The ledger room: opens accounts and posts transfers. It knows nothing of what the money is for, nor of people.
 *
 * Lock, judge, write, in one transaction: the accounts are locked in one order before anything is decided,
 * the decision is made in `judge.ts` over what was read, and the database itself refuses a balance below zero.
 */
import { WalletError, type RefusalCode } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { errorCode, transaction, type Queryable } from '../db/transaction.ts'
import { judge } from './judge.ts'
import {
  insertAccounts,
  lockAccounts,
  selectAccounts,
  selectComputedAccounts,
  selectExpiredPending,
  selectTransfersOfAccount,
  selectTransfersOfCauses,
  updateFrozen,
  writeTransfers,
  type LockedAccount,
  type NewAccount,
} from './store.ts'
import {
  bankClearingAccount,
  cashAccount,
  feesAccount,
  inTransitAccount,
  isComputedAccount,
  type AccountKind,
  type LedgerService,
  type PostOutcome,
  type PostedTransfer,
  type Transfer,
} from './types.ts'
import { sweepTables, verifyLedger } from './verify.ts'

/** Most pending transfers that one call of `expirePending` answers by default. */
export const EXPIRED_AT_ONCE_MAX = 100

const computedKinds: ReadonlySet<AccountKind> = new Set(['IN_TRANSIT', 'CASH', 'FEES', 'BANK_CLEARING'])

/** Makes the ledger room. */
export function createLedgerService({ db, clock }: Pick<Deps, 'db' | 'clock'>): LedgerService {
  async function open(account: { id: string; bucket: number; kind: AccountKind; currency: string }): Promise<void> {
    const { id, bucket, kind, currency } = account
    // Whether an account stores its balance is read from its address where transfers are written.
    if (isComputedAccount(id) !== computedKinds.has(kind)) {
      throw new Error(`Account ${id} has an address that is not one of a ${kind} account.`)
    }
    const accounts = new Map<string, NewAccount>()
    // What moves through a bucket passes the wallet's own accounts of it, so they are opened together.
    for (const own of [
      { id: inTransitAccount(bucket, currency), bucket, kind: 'IN_TRANSIT' as const, currency },
      { id: cashAccount(bucket, currency), bucket, kind: 'CASH' as const, currency },
      { id: feesAccount(bucket, currency), bucket, kind: 'FEES' as const, currency },
      { id: bankClearingAccount(bucket, currency), bucket, kind: 'BANK_CLEARING' as const, currency },
      account,
    ]) {
      accounts.set(own.id, { ...own, computed: computedKinds.has(own.kind) })
    }
    await transaction(db, async (tx) => {
      await insertAccounts(tx, [...accounts.values()], clock.now())
      // The same id in two buckets would be two rows.
      const opened = await selectAccounts(tx, [id])
      if (opened.length !== 1 || opened[0]!.kind !== kind) {
        throw new Error(`Account ${id} exists already with another bucket or kind.`)
      }
    })
  }

  /** Judges and writes, and answers the accounts too, which the outcomes speak of. */
  async function postIn(tx: Queryable, items: Transfer[][]): Promise<Posted> {
    const transfers = items.flat()
    if (transfers.length === 0) return { outcomes: items.map(() => ({ outcome: 'EXISTS' })), accounts: [] }
    const ids = [...new Set(transfers.flatMap(({ debitAccount, creditAccount }) => [debitAccount, creditAccount]))]
    const stored = await lockAccounts(
      tx,
      ids.filter((id) => !isComputedAccount(id)),
    )
    const accounts = [...stored, ...(await selectComputedAccounts(tx, ids.filter(isComputedAccount)))]
    // Read in a statement of its own after the locks: it sees what was committed while they were waited for.
    const existing = await selectTransfersOfCauses(tx, [...new Set(transfers.map(({ causeId }) => causeId))])
    const now = clock.now()
    const outcomes = judge(items, accounts, existing, now)
    const granted = items.filter((_, index) => outcomes[index]!.outcome === 'POSTED').flat()
    await writeTransfers(tx, granted.sort(byCause), now)
    return { outcomes, accounts }
  }

  /**
   * Posts, and once more when the same cause was posted in the same moment where no lock stood between the two: one was
   * second, and now that the first is through it finds the transfers there and compares them.
   */
  async function postItems(items: Transfer[][], tx?: Queryable): Promise<Posted> {
    if (!tx) return twiceIfThere(() => transaction(db, (own) => postIn(own, items)))
    // The caller's own locks and those of the accounts keep others away, except between accounts that nobody locks.
    if (!items.flat().some(isUnlocked)) return postIn(tx, items)
    await tx.query({ text: 'savepoint ledger' })
    return twiceIfThere(
      () => postIn(tx, items),
      () => tx.query({ text: 'rollback to savepoint ledger' }),
    )
  }

  async function post(transfers: Transfer[], tx?: Queryable): Promise<void> {
    const { outcomes, accounts } = await postItems([transfers], tx)
    const [outcome] = outcomes
    if (outcome?.outcome === 'REFUSED') throw asError(outcome, transfers, accounts)
  }

  async function expirePending(limit = EXPIRED_AT_ONCE_MAX): Promise<number> {
    const over = await selectExpiredPending(db, clock.now(), limit)
    const { outcomes } = await postItems(over.map((pending) => [expiryOf(pending)]))
    // Somebody else may have answered meanwhile. Anything else would come again at each call, so it must be seen.
    const stuck = over.filter((_, index) => !isAnswered(outcomes[index]!))
    if (stuck.length > 0) {
      throw new Error(`Pending transfers could not expire: ${stuck.map((p) => `${p.causeId} ${p.step}`).join(', ')}.`)
    }
    return outcomes.filter(({ outcome }) => outcome === 'POSTED').length
  }

  return {
    open,
    post,
    expirePending,
    async postBatch(items, tx) {
      return (await postItems(items, tx)).outcomes
    },
    async account(id) {
      const [account] = await selectAccounts(db, [id])
      return account ?? null
    },
    accounts: (ids) => selectAccounts(db, ids),
    async setFrozen(id, frozen, tx = db) {
      if ((await updateFrozen(tx, [id], frozen)) === 0) throw new Error(`There is no account ${id}.`)
    },
    transfersOf: (accountId, page) =>
      transaction(db, (tx) => selectTransfersOfAccount(tx, accountId, page), { readOnly: true }),
    verify: () =>
      transaction(
        db,
        async (tx) => {
          await sweepTables(tx)
          return verifyLedger(tx)
        },
        { isolation: 'repeatable read', readOnly: true },
      ),
  }
}

interface Posted {
  outcomes: PostOutcome[]
  accounts: LockedAccount[]
}

/** A transfer that no lock stands before: both of its accounts are the wallet's own. */
const isUnlocked = ({ debitAccount, creditAccount }: Transfer): boolean =>
  isComputedAccount(debitAccount) && isComputedAccount(creditAccount)

/** Two that post the same causes in the same moment then wait for each other in one order. */
const byCause = (a: Transfer, b: Transfer): number => (a.causeId < b.causeId ? -1 : a.causeId > b.causeId ? 1 : 0)

/** Runs work, and once more after `undo` when a transfer turned out to be there already (unique violation). */
async function twiceIfThere(work: () => Promise<Posted>, undo?: () => Promise<unknown>): Promise<Posted> {
  try {
    return await work()
  } catch (error) {
    if (errorCode(error) !== '23505') throw error
    await undo?.()
    return work()
  }
}

/** The transfer that gives a reservation back because its time is over. */
function expiryOf({ causeId, step, bucket, debitAccount, creditAccount, amount }: PostedTransfer): Transfer {
  return {
    causeId,
    step: `${step}_EXPIRE`,
    bucket,
    debitAccount,
    creditAccount,
    amount,
    kind: 'EXPIRE',
    resolves: step,
  }
}

const isAnswered = (outcome: PostOutcome): boolean =>
  outcome.outcome !== 'REFUSED' ||
  ['PENDING_ALREADY_POSTED', 'PENDING_ALREADY_VOIDED', 'PENDING_EXPIRED'].includes(outcome.reason)

/** What the caller of `post` is told: refusals that a person can meet by their code, the others as the bugs they are. */
function asError(
  { reason, transfer, account }: Extract<PostOutcome, { outcome: 'REFUSED' }>,
  transfers: Transfer[],
  accounts: LockedAccount[],
): Error {
  const isMerchant = accounts.find(({ id }) => id === account)?.kind === 'MERCHANT_PAYABLE'
  const codes: { [reason in typeof reason]?: RefusalCode } = {
    BALANCE_NOT_ENOUGH: isMerchant ? 'MERCHANT_BALANCE_NOT_ENOUGH' : 'BALANCE_NOT_ENOUGH',
    ACCOUNT_FROZEN: isMerchant ? 'MERCHANT_FROZEN' : 'USER_FROZEN',
    BUCKET_NOT_OWNED: 'OUTCOME_UNKNOWN',
  }
  const code = codes[reason]
  if (code) return new WalletError(code)
  const { causeId, step } = transfers[transfer]!
  return new Error(`Transfer ${causeId} ${step} was refused: ${reason}${account ? ` (${account})` : ''}.`)
}
