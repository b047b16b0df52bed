/**
 * What a refund is in the ledger: the way of the payment backwards, `merchant → in transit` in the order's bucket and
 * `in transit → payer` in the payer's, and the wallet's fee in proportion. Pure. Named by the refund and the step, so that
 * repeating a refund cannot repeat its money.
 */
import type { Money } from '@tradepay/money'
import {
  bankClearingAccount,
  feesAccount,
  inTransitAccount,
  merchantAccount,
  userAccount,
  type Transfer,
} from '../ledger/types.ts'

/** Both ends of a refund. */
export interface RefundEnds {
  refundId: string
  channel: 'BALANCE' | 'BANK'
  merchantId: string
  /** Of the order. */
  bucket: number
  payerId: string
  payerBucket: number
  amount: Money
  fee: Money
}

/**
 * The money goes back: at once to the balance; to the bank it is reserved until the bank has answered. The fee comes first,
 * so that a merchant who has just what was paid can give it back.
 */
export function givingBack(refund: RefundEnds): Transfer[] {
  return [...feeBack(refund), ...reserving(refund)]
}

/** The bank has paid: what was reserved moves. */
export function posting(refund: RefundEnds): Transfer[] {
  return reserving(refund).map((transfer) => answering(transfer, 'POST'))
}

/** The bank does not take it: the merchant has what was reserved again, and the wallet its fee. */
export function voiding(refund: RefundEnds): Transfer[] {
  return [
    ...reserving(refund).map((transfer) => answering(transfer, 'VOID')),
    ...feeBack(refund).map((transfer) => ({
      ...transfer,
      step: 'REFUND_FEE_BACK',
      debitAccount: transfer.creditAccount,
      creditAccount: transfer.debitAccount,
    })),
  ]
}

function feeBack({ refundId, merchantId, bucket, fee }: RefundEnds): Transfer[] {
  if (fee.minor === 0n) return []
  return [
    {
      causeId: refundId,
      step: 'REFUND_FEE',
      bucket,
      debitAccount: feesAccount(bucket, fee.currency),
      creditAccount: merchantAccount(merchantId, fee.currency),
      amount: fee,
    },
  ]
}

function reserving({ refundId, channel, merchantId, bucket, payerId, payerBucket, amount }: RefundEnds): Transfer[] {
  const { currency } = amount
  const transfers: Transfer[] = [
    {
      causeId: refundId,
      step: 'REFUND_MERCHANT',
      bucket,
      debitAccount: merchantAccount(merchantId, currency),
      creditAccount: inTransitAccount(bucket, currency),
      amount,
    },
    {
      causeId: refundId,
      step: 'REFUND_PAYER',
      bucket: payerBucket,
      debitAccount: inTransitAccount(payerBucket, currency),
      creditAccount:
        channel === 'BALANCE' ? userAccount(payerId, currency) : bankClearingAccount(payerBucket, currency),
      amount,
    },
  ]
  return channel === 'BALANCE' ? transfers : transfers.map((transfer) => ({ ...transfer, kind: 'PENDING' }))
}

const answering = (transfer: Transfer, kind: 'POST' | 'VOID'): Transfer => ({
  ...transfer,
  step: `${transfer.step}_${kind}`,
  kind,
  resolves: transfer.step,
})
