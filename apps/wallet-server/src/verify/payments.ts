/** Payments (I10): what left the payer and what reached the merchant are the same, at both ends and by both channels. */
import type { Check } from '../ledger/verify.ts'
import { differencesFromLedger, expectedTransfers, ownAccount, steps, textList } from './expected-transfers.ts'

const payerEnd = { bucket: 'c.payer_bucket', debit: 'c.clearing', credit: 'c.in_transit' }
const wayBack = { bucket: 'c.payer_bucket', debit: 'c.in_transit', credit: 'c.clearing' }
const cameLate = 'c.return_state is not null'

/** Payments from the balance are posted at once. */
const fromBalance = expectedTransfers(
  `select payment_id as cause_id, payer_bucket, amount, currency, 'users:' || payer_id || ':' || currency as payer,
      ${ownAccount('in-transit', 'payer_bucket')} as in_transit
    from payments where channel = 'BALANCE' and state = 'SUCCEEDED'`,
  [{ ...payerEnd, step: 'PAYER', debit: 'c.payer', when: 'true' }],
)

/** Payments by bank are pending until it has answered; late money goes back the same way, or into the balance. */
const fromBank = expectedTransfers(
  `select payment_id as cause_id, payer_bucket, state, return_state, amount, currency,
      'users:' || payer_id || ':' || currency as payer, ${ownAccount('in-transit', 'payer_bucket')} as in_transit,
      ${ownAccount('bank-clearing', 'payer_bucket')} as clearing
    from payments where channel = 'BANK'`,
  [
    { ...payerEnd, step: 'PAYER', kind: "'PENDING'", when: 'true' },
    {
      ...payerEnd,
      step: 'PAYER_POST',
      kind: "'POST'",
      resolves: 'PAYER',
      when: `c.state = 'SUCCEEDED' or ${cameLate}`,
    },
    {
      ...payerEnd,
      step: 'PAYER_VOID',
      kind: "'VOID'",
      resolves: 'PAYER',
      when: `c.state = 'FAILED' and not (${cameLate})`,
    },
    { ...wayBack, step: 'RETURN', kind: "'PENDING'", when: cameLate },
    { ...wayBack, step: 'RETURN_POST', kind: "'POST'", resolves: 'RETURN', when: "c.return_state = 'RETURNED'" },
    {
      ...wayBack,
      step: 'RETURN_VOID',
      kind: "'VOID'",
      resolves: 'RETURN',
      when: "c.return_state = 'RETURNED_TO_BALANCE'",
    },
    { ...wayBack, step: 'RETURN_TO_BALANCE', credit: 'c.payer', when: "c.return_state = 'RETURNED_TO_BALANCE'" },
  ],
)

/** What reached the merchants, and what the wallet kept of it. */
const paidOrders = `
  select payment_id as cause_id, bucket, amount, fee, currency, 'merchants:' || merchant_id || ':' || currency as merchant,
    ${ownAccount('in-transit', 'bucket')} as in_transit, ${ownAccount('fees', 'bucket')} as fees
  from orders where state = 'PAID'`
const toMerchants = expectedTransfers(paidOrders, [
  { step: 'MERCHANT', bucket: 'c.bucket', debit: 'c.in_transit', credit: 'c.merchant', when: 'true' },
])
const fees = expectedTransfers(paidOrders, [
  { step: 'FEE', bucket: 'c.bucket', debit: 'c.merchant', credit: 'c.fees', amount: 'c.fee', when: 'c.fee > 0' },
])

export const paymentChecks: readonly Check[] = [
  {
    invariant: 'I10',
    message: 'A payment succeeded exactly when its order is paid by it, with the same amount and payer.',
    sql: `select coalesce(p.trade_no, o.trade_no) as trade_no, p.payment_id, o.payment_id as payment_of_order,
        p.state as payment_state, o.state as order_state, p.amount as paid, o.amount
      from (select * from payments where state = 'SUCCEEDED') p
      full join (select * from orders where state = 'PAID') o on o.payment_id = p.payment_id and o.bucket = p.bucket
      where p.payment_id is null or o.trade_no is null or p.trade_no <> o.trade_no or p.amount <> o.amount
        or p.currency <> o.currency or p.payer_id <> o.payer_id or p.finished_at is distinct from o.paid_at`,
  },
  {
    invariant: 'I10',
    message: "Each payment has exactly the transfers at the payer's end that its channel and state ask for.",
    sql: differencesFromLedger(`${fromBalance} union all ${fromBank}`, steps.payerEnd),
  },
  {
    invariant: 'I10',
    message: "Each paid order has exactly the transfers at the merchant's end: its amount, and its fee.",
    sql: differencesFromLedger(`${toMerchants} union all ${fees}`, steps.merchantEnd),
  },
  {
    invariant: 'I10',
    message:
      'What is in transit over all buckets of a currency is late money that is still on its way back, and nothing else.',
    sql: `select currency, coalesce(t.minor, 0) as in_transit, coalesce(p.minor, 0) as on_its_way_back
      from (
        select currency, sum(case when credit_account like 'in-transit:%' then amount else 0 end
            - case when debit_account like 'in-transit:%' then amount else 0 end) as minor
        from transfers where kind in ('POSTED', 'POST') group by currency
      ) t
      full join (select currency, sum(amount) as minor from payments where return_state = 'RETURNING' group by currency) p
        using (currency)
      where coalesce(t.minor, 0) <> coalesce(p.minor, 0)`,
  },
  {
    invariant: 'I10',
    message: 'Every transfer is a step of a payment, a refund, a top-up or a pay-out.',
    sql: `select cause_id, step, bucket, kind, debit_account, credit_account, amount, currency from transfers
      where step not in (${textList(Object.values(steps).flat())})`,
  },
]
