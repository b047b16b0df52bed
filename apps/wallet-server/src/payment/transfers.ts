/**
 * What a payment is in the ledger: `source → in transit` in the payer's bucket, `in transit → merchant` in the merchant's,
 * and the wallet's fee. Pure. Named by the payment and the step, so that repeating a payment cannot repeat its money.
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
import type { Order } from '../order/types.ts'

/** The payer's end of a payment. */
export interface PayerEnd {
  paymentId: string
  payerId: string
  payerBucket: number
  amount: Money
}

/** Step 1, from the balance: posted at once. */
export function fromBalance({ paymentId, payerId, payerBucket, amount }: PayerEnd): Transfer {
  return {
    causeId: paymentId,
    step: 'PAYER',
    bucket: payerBucket,
    debitAccount: userAccount(payerId, amount.currency),
    creditAccount: inTransitAccount(payerBucket, amount.currency),
    amount,
  }
}

/** Step 1, from a bank account: pending until the bank has answered. */
export function fromBank({ paymentId, payerBucket, amount }: PayerEnd): Transfer {
  return {
    causeId: paymentId,
    step: 'PAYER',
    bucket: payerBucket,
    debitAccount: bankClearingAccount(payerBucket, amount.currency),
    creditAccount: inTransitAccount(payerBucket, amount.currency),
    amount,
    kind: 'PENDING',
  }
}

/** Step 2, at the merchant's end: the merchant has the money, the wallet its fee. */
export function toMerchant(
  paymentId: string,
  { bucket, merchantId, amount, fee }: Pick<Order, 'bucket' | 'merchantId' | 'amount' | 'fee'>,
): Transfer[] {
  const merchant = merchantAccount(merchantId, amount.currency)
  const credit: Transfer = {
    causeId: paymentId,
    step: 'MERCHANT',
    bucket,
    debitAccount: inTransitAccount(bucket, amount.currency),
    creditAccount: merchant,
    amount,
  }
  if (fee === 0n) return [credit]
  const kept: Transfer = {
    causeId: paymentId,
    step: 'FEE',
    bucket,
    debitAccount: merchant,
    creditAccount: feesAccount(bucket, amount.currency),
    amount: { currency: amount.currency, minor: fee },
  }
  return [credit, kept]
}

/** Step 3, at the payer's end: the pending transfer is posted after yes and voided after no. */
export function finish(payer: PayerEnd, kind: 'POST' | 'VOID'): Transfer {
  return { ...fromBank(payer), step: `PAYER_${kind}`, kind, resolves: 'PAYER' }
}

/** Late money: it has arrived and waits for the bank to take it back. */
export function returning({ paymentId, payerBucket, amount }: PayerEnd): Transfer {
  return {
    causeId: paymentId,
    step: 'RETURN',
    bucket: payerBucket,
    debitAccount: inTransitAccount(payerBucket, amount.currency),
    creditAccount: bankClearingAccount(payerBucket, amount.currency),
    amount,
    kind: 'PENDING',
  }
}

/** Late money is back at the bank. */
export function returned(payer: PayerEnd): Transfer[] {
  return [{ ...returning(payer), step: 'RETURN_POST', kind: 'POST', resolves: 'RETURN' }]
}

/** The bank does not take the late money back: the payer has it in the balance. */
export function returnedToBalance(payer: PayerEnd): Transfer[] {
  const { paymentId, payerId, payerBucket, amount } = payer
  return [
    { ...returning(payer), step: 'RETURN_VOID', kind: 'VOID', resolves: 'RETURN' },
    {
      causeId: paymentId,
      step: 'RETURN_TO_BALANCE',
      bucket: payerBucket,
      debitAccount: inTransitAccount(payerBucket, amount.currency),
      creditAccount: userAccount(payerId, amount.currency),
      amount,
    },
  ]
}
