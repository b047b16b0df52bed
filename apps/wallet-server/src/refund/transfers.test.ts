/** The money of a refund, transfer by transfer. */
import { describe, expect, test } from 'vitest'
import { givingBack, posting, voiding, type RefundEnds } from './transfers.ts'

const refund = (about: Partial<RefundEnds> = {}): RefundEnds => ({
  refundId: 'r1',
  channel: 'BALANCE',
  merchantId: 'm1',
  bucket: 42,
  payerId: 'u1',
  payerBucket: 7,
  amount: { currency: 'CNY', minor: 500n },
  fee: { currency: 'CNY', minor: 3n },
  ...about,
})
/** "42 REFUND_FEE: fees:042:CNY → merchants:m1:CNY 3 POSTED" */
const told = (transfers: ReturnType<typeof givingBack>): string[] =>
  transfers.map(
    ({ causeId, step, bucket, debitAccount, creditAccount, amount, kind, resolves }) =>
      `${causeId} ${bucket} ${step}: ${debitAccount} → ${creditAccount} ${amount.minor} ${amount.currency} ${kind ?? 'POSTED'}${resolves ? ` of ${resolves}` : ''}`,
  )

describe('to the balance', () => {
  test('the fee comes back first, and the money goes the way it came', () => {
    expect(told(givingBack(refund()))).toEqual([
      'r1 42 REFUND_FEE: fees:042:CNY → merchants:m1:CNY 3 CNY POSTED',
      'r1 42 REFUND_MERCHANT: merchants:m1:CNY → in-transit:042:CNY 500 CNY POSTED',
      'r1 7 REFUND_PAYER: in-transit:007:CNY → users:u1:CNY 500 CNY POSTED',
    ])
  })
  test('without a fee there is no transfer of one', () => {
    expect(givingBack(refund({ fee: { currency: 'CNY', minor: 0n } })).map(({ step }) => step)).toEqual([
      'REFUND_MERCHANT',
      'REFUND_PAYER',
    ])
  })
})

describe('to the bank', () => {
  const byBank = refund({ channel: 'BANK' })
  test('both ends are reserved, and the fee is back at once', () => {
    expect(told(givingBack(byBank))).toEqual([
      'r1 42 REFUND_FEE: fees:042:CNY → merchants:m1:CNY 3 CNY POSTED',
      'r1 42 REFUND_MERCHANT: merchants:m1:CNY → in-transit:042:CNY 500 CNY PENDING',
      'r1 7 REFUND_PAYER: in-transit:007:CNY → bank-clearing:007:CNY 500 CNY PENDING',
    ])
  })
  test('when the bank has paid, both ends are posted', () => {
    expect(told(posting(byBank))).toEqual([
      'r1 42 REFUND_MERCHANT_POST: merchants:m1:CNY → in-transit:042:CNY 500 CNY POST of REFUND_MERCHANT',
      'r1 7 REFUND_PAYER_POST: in-transit:007:CNY → bank-clearing:007:CNY 500 CNY POST of REFUND_PAYER',
    ])
  })
  test('when the bank does not take it, both ends are voided, and then the wallet has its fee again', () => {
    expect(told(voiding(byBank))).toEqual([
      'r1 42 REFUND_MERCHANT_VOID: merchants:m1:CNY → in-transit:042:CNY 500 CNY VOID of REFUND_MERCHANT',
      'r1 7 REFUND_PAYER_VOID: in-transit:007:CNY → bank-clearing:007:CNY 500 CNY VOID of REFUND_PAYER',
      'r1 42 REFUND_FEE_BACK: merchants:m1:CNY → fees:042:CNY 3 CNY POSTED',
    ])
  })
  test('without a fee none goes back', () => {
    expect(voiding({ ...byBank, fee: { currency: 'CNY', minor: 0n } })).toHaveLength(2)
  })
})
