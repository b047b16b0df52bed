/**
 * The pay-out room: a merchant's money to the merchant's bank account.
 *
 * The money is reserved on the merchant's account first, so that what is on its way cannot be refunded from or paid out twice;
 * the bank is asked after commit, and its answer posts the reservation or gives it back. The row, the reservation and the
 * order to the bank are written in one transaction.
 */
import { invalidParameter, WalletError } from '@tradepay/contract'
import type { Deps } from '../build-server.ts'
import { isStorable } from '../db/text.ts'
import { transaction } from '../db/transaction.ts'
import type { FundingService } from '../funding/types.ts'
import { bucketOfPartyId, newTimedId } from '../ids.ts'
import { bankClearingAccount, merchantAccount, type LedgerService, type Transfer } from '../ledger/types.ts'
import type { MerchantService } from '../merchant/types.ts'
import type { Wake } from '../ports.ts'
import * as store from './store.ts'
import type { StoredPayOut } from './store.ts'
import type { PayOut, PayOutService } from './types.ts'

const REQUEST_ID_MAX_LENGTH = 64

/**
 * Makes the pay-out room and lets it settle the fundings of pay-outs.
 * @param wake called when the bank is to be asked; default: the worker finds it at its next round
 */
export function createPayOutService(
  { db, clock, random, settings }: Pick<Deps, 'db' | 'clock' | 'random' | 'settings'>,
  rooms: {
    ledger: Pick<LedgerService, 'post'>
    merchants: Pick<MerchantService, 'merchant'>
    fundings: Pick<FundingService, 'own' | 'bankAccount' | 'request'>
  },
  wake: Wake = () => undefined,
): PayOutService {
  const { ledger, merchants, fundings } = rooms

  fundings.own('PAY_OUT', {
    async settle(tx, funding, outcome) {
      const payOut = await store.lockPayOut(tx, funding.subjectId, funding.bucket)
      if (payOut.state !== 'PROCESSING') throw new Error(`Pay-out ${payOut.payOutId} has ended already.`)
      const succeeded = outcome.state === 'SUCCEEDED'
      await ledger.post([answerTo(payOut, succeeded ? 'POST' : 'VOID')], tx)
      const failure = outcome.state === 'FAILED' ? outcome.failure : null
      await store.endPayOut(tx, payOut, { state: outcome.state, failure, now: clock.now() })
    },
  })

  return {
    async request(command) {
      const { merchantId, requestId, bankAccountId, amount } = command
      if (requestId.trim() === '' || requestId.length > REQUEST_ID_MAX_LENGTH || !isStorable(requestId)) {
        throw invalidParameter('requestId', `1 to ${REQUEST_ID_MAX_LENGTH} characters`)
      }
      if (amount.minor <= 0n) throw new WalletError('AMOUNT_OUT_OF_RANGE', { field: 'amount', expected: 'above zero' })
      const merchant = await merchants.merchant(merchantId)
      const { bucket } = merchant
      // First of all: a repetition is answered also when the bank account was removed meanwhile.
      const first = await store.selectPayOut(db, merchantId, requestId, bucket)
      if (first) return repeated(first, command)

      if (merchant.frozen) throw new WalletError('MERCHANT_FROZEN')
      const bankAccount = await fundings.bankAccount(merchantId, bankAccountId)
      if (bankAccount.currency !== amount.currency) throw new WalletError('CURRENCY_NOT_SUPPORTED')

      const now = clock.now()
      const payOut: StoredPayOut = {
        payOutId: newTimedId(now, settings.timeZone, bucket, random),
        bucket,
        merchantId,
        requestId,
        bankAccountId,
        amount,
        state: 'PROCESSING',
        failure: null,
        createdAt: now,
        finishedAt: null,
      }
      const written = await transaction(db, async (tx) => {
        if (!(await store.insertPayOut(tx, payOut))) return false
        await ledger.post([pendingOf(payOut)], tx)
        await fundings.request(tx, { purpose: 'PAY_OUT', subjectId: payOut.payOutId, bankAccount, amount })
        return true
      })
      if (!written) {
        const other = await store.selectPayOut(db, merchantId, requestId, bucket)
        if (!other) throw new Error(`Pay-out ${requestId} of ${merchantId} is neither new nor there.`)
        return repeated(other, command)
      }
      wake('BANK')
      return publicOf(payOut)
    },

    async find(merchantId, requestId) {
      const bucket = bucketOfPartyId(merchantId)
      if (bucket === null || !isStorable(requestId)) return null
      const payOut = await store.selectPayOut(db, merchantId, requestId, bucket)
      return payOut && publicOf(payOut)
    },

    async of(merchantId, limit) {
      return (await store.selectPayOutsOf(db, merchantId, limit)).map(publicOf)
    },
  }
}

function pendingOf({ payOutId, bucket, merchantId, amount }: StoredPayOut): Transfer {
  return {
    causeId: payOutId,
    step: 'PAY_OUT',
    bucket,
    debitAccount: merchantAccount(merchantId, amount.currency),
    creditAccount: bankClearingAccount(bucket, amount.currency),
    amount,
    kind: 'PENDING',
  }
}

function answerTo(payOut: StoredPayOut, kind: 'POST' | 'VOID'): Transfer {
  const pending = pendingOf(payOut)
  return { ...pending, step: `${pending.step}_${kind}`, kind, resolves: pending.step }
}

/** @throws WalletError PAY_OUT_INCONSISTENT naming the first field that differs */
function repeated(first: StoredPayOut, again: Pick<PayOut, 'bankAccountId' | 'amount'>): PayOut {
  const differs =
    (first.bankAccountId !== again.bankAccountId && 'bankAccountId') ||
    (first.amount.currency !== again.amount.currency && 'amount.currency') ||
    (first.amount.minor !== again.amount.minor && 'amount')
  if (differs) throw new WalletError('PAY_OUT_INCONSISTENT', { field: differs })
  return publicOf(first)
}

function publicOf({ bucket: _bucket, ...payOut }: StoredPayOut): PayOut {
  return payOut
}
