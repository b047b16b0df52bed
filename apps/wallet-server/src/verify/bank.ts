/**
 * Money across the wallet's border (I10): what the bank was asked, what it is for, and what the ledger reserved for it say
 * the same; and top-ups and pay-outs have exactly their transfers. And what a user has used of a day (I2).
 */
import type { Check } from '../ledger/verify.ts'
import { differencesFromLedger, expectedTransfers, ownAccount, steps, type ExpectedStep } from './expected-transfers.ts'

/** Reserved, then posted or voided with the bank's answer. */
function throughTheBank(step: string, debit: string, credit: string, when: string): ExpectedStep[] {
  return [
    { step, bucket: 'c.bucket', kind: "'PENDING'", debit, credit, when },
    ...(['POST', 'VOID'] as const).map((kind) => ({
      step: `${step}_${kind}`,
      bucket: 'c.bucket',
      kind: `'${kind}'`,
      resolves: step,
      debit,
      credit,
      when: `${when} and c.state = '${kind === 'POST' ? 'SUCCEEDED' : 'FAILED'}'`,
    })),
  ]
}

const [reservedTopUp, ...answeredTopUp] = throughTheBank('TOP_UP', 'c.clearing', 'c.account', 'c.by_bank')
const topUpTransfers = expectedTransfers(
  `select top_up_id as cause_id, bucket, state, amount, currency, bank_account_id is not null as by_bank,
      'users:' || user_id || ':' || currency as account, ${ownAccount('cash', 'bucket')} as cash,
      ${ownAccount('bank-clearing', 'bucket')} as clearing
    from top_ups`,
  [
    {
      ...reservedTopUp!,
      kind: "case when c.by_bank then 'PENDING' else 'POSTED' end",
      debit: 'case when c.by_bank then c.clearing else c.cash end',
      when: "c.by_bank or c.state = 'SUCCEEDED'",
    },
    ...answeredTopUp,
  ],
)

const payOutTransfers = expectedTransfers(
  `select pay_out_id as cause_id, bucket, state, amount, currency, 'merchants:' || merchant_id || ':' || currency as account,
      ${ownAccount('bank-clearing', 'bucket')} as clearing
    from pay_outs`,
  throughTheBank('PAY_OUT', 'c.account', 'c.clearing', 'true'),
)

/** What must have been asked of the bank, and how far it must have come. */
const expectedFundings = `
  select payment_id as subject_id, 'PAYMENT' as purpose,
    case when return_state is null then state else 'SUCCEEDED' end as state, bank_account_id, amount, currency
  from payments where channel = 'BANK'
  union all select payment_id, 'RETURN', case return_state when 'RETURNING' then 'PROCESSING' when 'RETURNED' then 'SUCCEEDED'
    else 'FAILED' end, bank_account_id, amount, currency
  from payments where return_state is not null
  union all select r.refund_id, 'REFUND', r.state, p.bank_account_id, r.amount, r.currency
  from refunds r
  join orders o on o.trade_no = r.trade_no and o.bucket = r.bucket
  join payments p on p.payment_id = o.payment_id and p.bucket = o.bucket
  where r.channel = 'BANK'
  union all select top_up_id, 'TOP_UP', state, bank_account_id, amount, currency
  from top_ups where bank_account_id is not null
  union all select pay_out_id, 'PAY_OUT', state, bank_account_id, amount, currency from pay_outs`

/** The pending transfer that each purpose reserves, at the bank's end. */
const reservedStep = `case purpose when 'PAYMENT' then 'PAYER' when 'REFUND' then 'REFUND_PAYER' else purpose end`

export const bankChecks: readonly Check[] = [
  {
    invariant: 'I10',
    message:
      'The bank was asked exactly once for each payment, return, refund, top-up and pay-out by bank, and both say the same.',
    sql: `select subject_id, purpose, f.funding_id, f.state as state_of_funding, e.state, f.amount as asked, e.amount,
        f.bank_account_id as bank_account_asked, e.bank_account_id
      from (${expectedFundings}) e full join fundings f using (subject_id, purpose)
      where (f.state, f.amount, f.currency, f.bank_account_id)
        is distinct from (e.state, e.amount, e.currency, e.bank_account_id)
      union all select subject_id, purpose, max(funding_id), null, null, null, null, null, null
      from fundings group by subject_id, purpose having count(*) > 1`,
  },
  {
    invariant: 'I10',
    message: 'What the bank was asked for is reserved: pending until it answers, posted after yes, voided after no.',
    sql: `select f.subject_id, f.purpose, f.state, t.cause_id, t.step, t.amount as reserved, f.amount, a.kind as answered
      from (select *, ${reservedStep} as step from fundings) f
      full join (select * from transfers where kind = 'PENDING' and step <> 'REFUND_MERCHANT') t
        on t.cause_id = f.subject_id and t.step = f.step
      left join (select cause_id, bucket, resolves, min(kind) as kind, count(*) as times from transfers
        where resolves is not null group by cause_id, bucket, resolves) a
        on a.cause_id = t.cause_id and a.resolves = t.step and a.bucket = t.bucket
      where (t.amount, t.currency) is distinct from (f.amount, f.currency) or a.times > 1
        or a.kind is distinct from case f.state when 'SUCCEEDED' then 'POST' when 'FAILED' then 'VOID' end`,
  },
  {
    invariant: 'I10',
    message: 'Each top-up has exactly the transfers that its source and state ask for.',
    sql: differencesFromLedger(topUpTransfers, steps.topUp),
  },
  {
    invariant: 'I10',
    message: 'Each pay-out has exactly the transfers that its state asks for.',
    sql: differencesFromLedger(payOutTransfers, steps.payOut),
  },
  {
    invariant: 'I7',
    message: 'Each question to the bank is in its log, and what ended had the same answer twice in a row.',
    sql: `select f.funding_id, f.bucket, f.state, f.attempts, coalesce(a.logged, 0) as logged, a.decided
      from fundings f
      left join (
        select funding_id, bucket, count(*) as logged, max(attempt) as last,
          (array_agg(answer order by attempt) filter (where answer in ('SUCCEEDED', 'FAILED') and answer = before))[1] as decided
        from (select *, lag(answer) over (partition by funding_id, bucket order by attempt) as before from funding_answers) l
        group by funding_id, bucket
      ) a on a.funding_id = f.funding_id and a.bucket = f.bucket
      where f.attempts <> coalesce(a.logged, 0) or f.attempts <> coalesce(a.last, 0)
        or (f.state <> 'PROCESSING' and f.state is distinct from a.decided)`,
  },
  {
    invariant: 'I2',
    message: 'Nobody has used less than nothing of a day.',
    sql: `select user_id, currency, bucket, day, spent, per_payment, per_day from payment_limits
      where spent < 0 or per_payment < 0 or per_day < 0`,
  },
]
