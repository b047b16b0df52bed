/**
 * The ledger room: opens accounts and posts transfers. It knows nothing of orders, payments, or people.
 *
 * Lock, check, write, in one transaction: the accounts are locked in the order of their ids before anything is decided,
 * and the database itself refuses a balance below zero.
 */
import { WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { errorCode, transaction, violatedConstraint } from '../db/transaction.ts'
import {
  insertAccounts,
  insertTransfers,
  lockAccounts,
  selectAccounts,
  selectTransfersOfAccount,
  selectTransfersOfCauses,
  updateFrozen,
  type NewAccount,
} from './store.ts'
import {
  cashAccount,
  inTransitAccount,
  type Account,
  type AccountKind,
  type LedgerService,
  type Transfer,
} from './types.ts'
import { verifyLedger } from './verify.ts'

const isComputed = (kind: AccountKind): boolean => kind === 'IN_TRANSIT' || kind === 'CASH'

/** Makes the ledger room. */
export function createLedgerService({ db, clock }: Pick<Deps, 'db' | 'clock'>): LedgerService {
  async function open(account: { id: string; bucket: number; kind: AccountKind; currency: string }): Promise<void> {
    const { bucket, currency } = account
    const accounts = new Map<string, NewAccount>()
    // Every payment and top-up passes through the wallet's own accounts of the bucket, so they are opened together.
    for (const own of [
      { id: cashAccount(bucket, currency), bucket, kind: 'CASH' as const, currency },
      { id: inTransitAccount(bucket, currency), bucket, kind: 'IN_TRANSIT' as const, currency },
      account,
    ]) {
      accounts.set(own.id, { ...own, computed: isComputed(own.kind) })
    }
    await transaction(db, async (tx) => {
      await insertAccounts(tx, [...accounts.values()], clock.now())
      const [opened, ...others] = await selectAccounts(tx, [account.id])
      if (!opened || others.length > 0 || opened.bucket !== bucket || opened.kind !== account.kind) {
        throw new Error(`Account ${account.id} exists already with another bucket or kind.`)
      }
    })
  }

  async function post(transfers: Transfer[]): Promise<void> {
    if (transfers.length === 0) return
    try {
      await postOnce(transfers)
    } catch (error) {
      // Two callers posted the same cause in the same moment, between accounts that nobody locks. One was second; now
      // that the first is through, it finds the transfers there and compares them.
      if (errorCode(error) === '23505') await postOnce(transfers)
      else throw error
    }
  }

  async function postOnce(transfers: Transfer[]): Promise<void> {
    try {
      await transaction(db, async (tx) => {
        const locked = await lockAccounts(tx, [...new Set(transfers.flatMap((t) => [t.debitAccount, t.creditAccount]))])
        if (arePosted(transfers, await selectTransfersOfCauses(tx, [...new Set(transfers.map((t) => t.causeId))])))
          return
        const debited = new Set(transfers.map((transfer) => transfer.debitAccount))
        const frozen = locked.find((account) => account.frozen && debited.has(account.id))
        if (frozen) throw new WalletError(frozen.kind === 'USER_BALANCE' ? 'USER_FROZEN' : 'MERCHANT_FROZEN')
        await insertTransfers(tx, transfers, clock.now())
      })
    } catch (error) {
      if (violatedConstraint(error) === 'balance_not_below_zero') throw new WalletError('BALANCE_NOT_ENOUGH')
      throw error
    }
  }

  return {
    open,
    post,
    async account(id) {
      const [account] = await selectAccounts(db, [id])
      return account ?? null
    },
    accounts: (ids): Promise<Account[]> => selectAccounts(db, ids),
    async setFrozen(id, frozen, tx = db) {
      if ((await updateFrozen(tx, [id], frozen)) === 0) throw new Error(`There is no account ${id}.`)
    },
    transfersOf: (accountId, page) => selectTransfersOfAccount(db, accountId, page),
    verify: () => transaction(db, verifyLedger, { isolation: 'repeatable read', readOnly: true }),
  }
}

/**
 * True when all are posted already with the same content, false when none is.
 * @throws Error for anything between: the same cause was used for two different things
 */
function arePosted(transfers: Transfer[], posted: Transfer[]): boolean {
  if (posted.length === 0) return false
  const text = (t: Transfer): string =>
    [t.causeId, t.step, t.bucket, t.debitAccount, t.creditAccount, t.amount.currency, t.amount.minor].join(' ')
  const present = new Set(posted.map(text))
  const steps = new Set(posted.map((t) => [t.causeId, t.step, t.bucket].join(' ')))
  if (transfers.every((transfer) => present.has(text(transfer)))) return true
  if (transfers.every((t) => !steps.has([t.causeId, t.step, t.bucket].join(' ')))) return false
  throw new Error(`Cause ${transfers[0]!.causeId} has already posted other transfers under the same step.`)
}
