/**
 * The top-up room: money into a user's balance.
 *
 * From a bank account it is reserved first (pending: it cannot be spent yet), the bank is asked after commit, and its answer
 * posts or voids the reservation. What the wallet gives itself is posted at once. The row and its transfer are written in one
 * transaction, so one id has one effect.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { isStorable } from '../db/text.ts'
import { transaction, type Queryable } from '../db/transaction.ts'
import type { FundingService } from '../funding/types.ts'
import { bucketOfPartyId } from '../ids.ts'
import { bankClearingAccount, cashAccount, userAccount, type LedgerService, type Transfer } from '../ledger/types.ts'
import type { Wake } from '../ports.ts'
import type { UserService } from '../user/types.ts'
import * as store from './store.ts'
import type { StoredTopUp } from './store.ts'
import type { TopUp, TopUpService } from './types.ts'

const ID_MAX_LENGTH = 128

/**
 * Makes the top-up room and lets it settle the fundings of top-ups.
 * @param wake called when the bank is to be asked; default: the worker finds it at its next round
 */
export function createTopUpService(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  rooms: {
    ledger: Pick<LedgerService, 'account' | 'post'>
    users: Pick<UserService, 'get'>
    fundings: Pick<FundingService, 'own' | 'bankAccount' | 'request'>
  },
  wake: Wake = () => undefined,
): TopUpService {
  const { ledger, users, fundings } = rooms

  fundings.own('TOP_UP', {
    async settle(tx, funding, outcome) {
      const topUp = await store.lockTopUp(tx, funding.subjectId, funding.bucket)
      if (topUp.state !== 'PROCESSING') throw new Error(`Top-up ${topUp.topUpId} has ended already.`)
      const succeeded = outcome.state === 'SUCCEEDED'
      await ledger.post([answerTo(topUp, succeeded ? 'POST' : 'VOID')], tx)
      const failure = outcome.state === 'FAILED' ? outcome.failure : null
      await store.endTopUp(tx, topUp, { state: outcome.state, failure, now: clock.now() })
    },
  })

  /**
   * Writes the row, and what belongs to it, in one transaction; or answers the first top-up of this id.
   * @throws WalletError TOP_UP_INCONSISTENT
   */
  async function write(topUp: StoredTopUp, move: (tx: Queryable) => Promise<unknown>): Promise<TopUp> {
    const written = await transaction(db, async (tx) => {
      if (!(await store.insertTopUp(tx, topUp))) return false
      await move(tx)
      return true
    })
    if (written) return publicOf(topUp)
    const first = await store.selectTopUp(db, topUp.topUpId, topUp.bucket)
    if (!first) throw new Error(`Top-up ${topUp.topUpId} is neither new nor there.`)
    return repeated(first, topUp)
  }

  /** The first top-up of this id, when there is one. @throws WalletError TOP_UP_INCONSISTENT */
  async function firstOf(topUp: Content): Promise<TopUp | null> {
    const bucket = bucketOfPartyId(topUp.userId)
    const first = bucket === null ? null : await store.selectTopUp(db, topUp.topUpId, bucket)
    return first && repeated(first, topUp)
  }

  return {
    async fromBank({ topUpId, userId, bankAccountId, amount }) {
      requireWellFormed(topUpId, amount.minor)
      const { bucket } = await users.get(userId)
      // First of all: a repetition is answered also when the bank account was removed meanwhile.
      const first = await firstOf({ topUpId, userId, bankAccountId, amount })
      if (first) return first

      const bankAccount = await fundings.bankAccount(userId, bankAccountId)
      if (bankAccount.currency !== amount.currency) throw new WalletError('CURRENCY_NOT_SUPPORTED')
      const topUp = newTopUp({ topUpId, userId, bankAccountId, amount }, bucket, 'PROCESSING')
      const written = await write(topUp, async (tx) => {
        await ledger.post([pendingOf(topUp)], tx)
        await fundings.request(tx, { purpose: 'TOP_UP', subjectId: topUpId, bankAccount, amount })
      })
      wake('BANK')
      return written
    },

    async give({ topUpId, userId, amount }) {
      requireWellFormed(topUpId, amount.minor)
      const { bucket } = await users.get(userId)
      const content = { topUpId, userId, bankAccountId: null, amount }
      const first = await firstOf(content)
      if (first) return first

      const account = userAccount(userId, amount.currency)
      if (!(await ledger.account(account))) throw new WalletError('CURRENCY_NOT_SUPPORTED')
      const topUp = newTopUp(content, bucket, 'SUCCEEDED')
      const cash = cashAccount(bucket, amount.currency)
      return write(topUp, (tx) =>
        ledger.post(
          [{ causeId: topUpId, step: 'TOP_UP', bucket, debitAccount: cash, creditAccount: account, amount }],
          tx,
        ),
      )
    },

    async find(userId, topUpId) {
      const bucket = bucketOfPartyId(userId)
      if (bucket === null || !isStorable(topUpId)) return null
      const topUp = await store.selectTopUp(db, topUpId, bucket)
      return topUp?.userId === userId ? publicOf(topUp) : null
    },

    async of(userId, limit, before) {
      return (await store.selectTopUpsOf(db, userId, limit, before ?? null)).map(publicOf)
    },
  }

  function newTopUp(content: Content, bucket: number, state: 'PROCESSING' | 'SUCCEEDED'): StoredTopUp {
    const now = clock.now()
    return {
      ...content,
      bucket,
      state,
      failure: null,
      createdAt: now,
      finishedAt: state === 'PROCESSING' ? null : now,
    }
  }
}

/** What the id stands for. */
type Content = Pick<TopUp, 'topUpId' | 'userId' | 'bankAccountId' | 'amount'>

function pendingOf({ topUpId, bucket, userId, amount }: StoredTopUp): Transfer {
  return {
    causeId: topUpId,
    step: 'TOP_UP',
    bucket,
    debitAccount: bankClearingAccount(bucket, amount.currency),
    creditAccount: userAccount(userId, amount.currency),
    amount,
    kind: 'PENDING',
  }
}

function answerTo(topUp: StoredTopUp, kind: 'POST' | 'VOID'): Transfer {
  const pending = pendingOf(topUp)
  return { ...pending, step: `${pending.step}_${kind}`, kind, resolves: pending.step }
}

/** @throws WalletError TOP_UP_INCONSISTENT naming the first field that differs */
function repeated(first: StoredTopUp, again: Content): TopUp {
  const differs =
    (first.userId !== again.userId && 'userId') ||
    (first.bankAccountId !== again.bankAccountId && 'bankAccountId') ||
    (first.amount.currency !== again.amount.currency && 'amount.currency') ||
    (first.amount.minor !== again.amount.minor && 'amount')
  if (differs) throw new WalletError('TOP_UP_INCONSISTENT', { field: differs })
  return publicOf(first)
}

function publicOf({ bucket: _bucket, ...topUp }: StoredTopUp): TopUp {
  return topUp
}

function requireWellFormed(topUpId: string, minor: bigint): void {
  if (minor <= 0n) throw invalidParameter('amount', 'an amount above zero')
  if (topUpId.trim() === '' || topUpId.length > ID_MAX_LENGTH || !isStorable(topUpId)) {
    throw invalidParameter('topUpId', `1 to ${ID_MAX_LENGTH} characters`)
  }
}
