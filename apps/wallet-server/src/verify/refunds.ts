/** Refunds (I3, I5, I7): never more than was paid, the fee back to the last unit, and each with exactly its transfers. */
import type { Check } from '../ledger/verify.ts'
import { differencesFromLedger, expectedTransfers, ownAccount, steps, type ExpectedStep } from './expected-transfers.ts'

const merchantEnd = { bucket: 'c.bucket', debit: 'c.merchant', credit: 'c.in_transit_there' }
const payerEnd = { bucket: 'c.payer_bucket', debit: 'c.in_transit_here' }
const fee = { bucket: 'c.bucket', debit: 'c.fees', credit: 'c.merchant', amount: 'c.fee' }

const refundsWhere = (condition: string): string => `
  select r.refund_id as cause_id, r.bucket, r.payer_bucket, r.state, r.amount, r.fee, r.currency,
    'users:' || r.payer_id || ':' || r.currency as payer,
    'merchants:' || o.merchant_id || ':' || r.currency as merchant,
    ${ownAccount('in-transit', 'r.bucket', 'r.currency')} as in_transit_there,
    ${ownAccount('fees', 'r.bucket', 'r.currency')} as fees,
    ${ownAccount('in-transit', 'r.payer_bucket', 'r.currency')} as in_transit_here,
    ${ownAccount('bank-clearing', 'r.payer_bucket', 'r.currency')} as clearing
  from refunds r join orders o on o.trade_no = r.trade_no and o.bucket = r.bucket
  where ${condition}`

/** Refunds to the balance are posted at once. */
const toBalance = expectedTransfers(refundsWhere("r.channel = 'BALANCE' and r.state = 'SUCCEEDED'"), [
  { ...fee, step: 'REFUND_FEE', when: 'c.fee > 0' },
  { ...merchantEnd, step: 'REFUND_MERCHANT', when: 'true' },
  { ...payerEnd, step: 'REFUND_PAYER', credit: 'c.payer', when: 'true' },
])

/** Refunds to the bank are pending at both ends until it has answered; the fee is given back first, and again on a no. */
const toBank = expectedTransfers(refundsWhere("r.channel = 'BANK'"), [
  { ...fee, step: 'REFUND_FEE', when: 'c.fee > 0' },
  { ...merchantEnd, step: 'REFUND_MERCHANT', kind: "'PENDING'", when: 'true' },
  { ...payerEnd, step: 'REFUND_PAYER', kind: "'PENDING'", credit: 'c.clearing', when: 'true' },
  ...(['POST', 'VOID'] as const).flatMap((answer): ExpectedStep[] => {
    const kind = `'${answer}'`
    const when = `c.state = '${answer === 'POST' ? 'SUCCEEDED' : 'FAILED'}'`
    return [
      { ...merchantEnd, step: `REFUND_MERCHANT_${answer}`, kind, resolves: 'REFUND_MERCHANT', when },
      { ...payerEnd, step: `REFUND_PAYER_${answer}`, kind, resolves: 'REFUND_PAYER', credit: 'c.clearing', when },
    ]
  }),
  { ...fee, step: 'REFUND_FEE_BACK', debit: 'c.merchant', credit: 'c.fees', when: "c.fee > 0 and c.state = 'FAILED'" },
])

export const refundChecks: readonly Check[] = [
  {
    invariant: 'I3',
    message: 'What is refunded lies between nothing and what was paid, and only a paid order has refunds.',
    sql: `select trade_no, bucket, state, amount, refunded, fee, fee_refunded from orders
      where refunded < 0 or refunded > amount or (refunded <> 0 and state <> 'PAID')
        or fee_refunded < 0 or fee_refunded > fee`,
  },
  {
    invariant: 'I3',
    message: 'What an order says is refunded, and of the fee, are its refunds that have not failed.',
    sql: `select trade_no, bucket, o.refunded, r.amount as refunds, o.fee_refunded, r.fee as fees_of_refunds
      from (select trade_no, bucket, refunded, fee_refunded, currency from orders where refunded <> 0 or fee_refunded <> 0) o
      full join (
        select trade_no, bucket, sum(amount) as amount, sum(fee) as fee, min(currency) as currency,
          count(distinct currency) as currencies
        from refunds where state <> 'FAILED' group by trade_no, bucket
      ) r using (trade_no, bucket)
      where o.refunded is distinct from r.amount or o.fee_refunded is distinct from r.fee
        or o.currency is distinct from r.currency or r.currencies <> 1`,
  },
  {
    invariant: 'I3',
    message: 'When all of an order is refunded, all of its fee is given back, and nothing of it when nothing is.',
    sql: `select trade_no, bucket, amount, refunded, fee, fee_refunded from orders
      where (refunded = amount and fee_refunded <> fee) or (refunded = 0 and fee_refunded <> 0)`,
  },
  {
    invariant: 'I3',
    message: 'A refund goes back the way the payment came, to its payer, and for a paid order only.',
    sql: `select r.refund_id, r.bucket, r.trade_no, r.channel, r.payer_id, p.payment_id, p.channel as paid_by,
        p.payer_id as payer_of_payment, o.client_id
      from refunds r
      left join orders o on o.trade_no = r.trade_no and o.bucket = r.bucket
      left join payments p on p.payment_id = o.payment_id and p.bucket = o.bucket
      where (r.channel, r.payer_id, r.payer_bucket, r.currency, r.client_id)
        is distinct from (p.channel, p.payer_id, p.payer_bucket, o.currency, o.client_id)`,
  },
  {
    invariant: 'I5',
    message: 'Each refund has exactly the transfers that its channel and state ask for, at both ends.',
    sql: differencesFromLedger(`${toBalance} union all ${toBank}`, steps.refund),
  },
]
