/** The money of a payment, transfer by transfer. */
import { money } from '@tradepay/money'
import { describe, expect, test } from 'vitest'
import type { Transfer } from '../ledger/types.ts'
import { finish, fromBalance, fromBank, returned, returnedToBalance, returning, toMerchant } from './transfers.ts'

const payer = { paymentId: 'p1', payerId: 'u1', payerBucket: 7, amount: money('CNY', 500n) }
const order = { bucket: 42, merchantId: 'm1', amount: money('CNY', 500n), fee: 3n }

/** "42 FEE: merchants:m1:CNY → fees:042:CNY 3 CNY", and its kind unless it is posted at once */
const told = ({ causeId, step, bucket, debitAccount, creditAccount, amount, kind, resolves }: Transfer): string =>
  [
    `${causeId} ${bucket} ${step}: ${debitAccount} → ${creditAccount} ${amount.minor} ${amount.currency}`,
    kind,
    resolves && `of ${resolves}`,
  ]
    .filter(Boolean)
    .join(' ')

describe('the payer’s end', () => {
  test.each([
    ['from the balance', fromBalance(payer), 'p1 7 PAYER: users:u1:CNY → in-transit:007:CNY 500 CNY'],
    ['from the bank', fromBank(payer), 'p1 7 PAYER: bank-clearing:007:CNY → in-transit:007:CNY 500 CNY PENDING'],
    [
      'when the bank has paid',
      finish(payer, 'POST'),
      'p1 7 PAYER_POST: bank-clearing:007:CNY → in-transit:007:CNY 500 CNY POST of PAYER',
    ],
    [
      'when the bank has refused',
      finish(payer, 'VOID'),
      'p1 7 PAYER_VOID: bank-clearing:007:CNY → in-transit:007:CNY 500 CNY VOID of PAYER',
    ],
  ])('%s', (_, transfer, expected) => {
    expect(told(transfer)).toBe(expected)
  })
})

describe('the merchant’s end', () => {
  test('has the whole amount first, and pays the fee of it', () => {
    expect(toMerchant('p1', order).map(told)).toEqual([
      'p1 42 MERCHANT: in-transit:042:CNY → merchants:m1:CNY 500 CNY',
      'p1 42 FEE: merchants:m1:CNY → fees:042:CNY 3 CNY',
    ])
  })
  test('without a fee there is no transfer of one', () => {
    expect(toMerchant('p1', { ...order, fee: 0n }).map(({ step }) => step)).toEqual(['MERCHANT'])
  })
})

describe('late money', () => {
  test('waits for the bank to take it back', () => {
    expect(told(returning(payer))).toBe('p1 7 RETURN: in-transit:007:CNY → bank-clearing:007:CNY 500 CNY PENDING')
  })
  test('is back at the bank', () => {
    expect(returned(payer).map(told)).toEqual([
      'p1 7 RETURN_POST: in-transit:007:CNY → bank-clearing:007:CNY 500 CNY POST of RETURN',
    ])
  })
  test('is the payer’s own when the bank does not take it', () => {
    expect(returnedToBalance(payer).map(told)).toEqual([
      'p1 7 RETURN_VOID: in-transit:007:CNY → bank-clearing:007:CNY 500 CNY VOID of RETURN',
      'p1 7 RETURN_TO_BALANCE: in-transit:007:CNY → users:u1:CNY 500 CNY',
    ])
  })
})
