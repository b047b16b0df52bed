/**
 * Compares what the rooms say with what the ledger holds: the transfers that business rows must have, one for one, against
 * those of these steps. A transfer that is missing, that nothing explains, or that differs in anything is answered.
 */

/** Every step that a room knows. Those of a theme are compared by its checks; there is no other. */
export const steps = {
  payerEnd: ['PAYER', 'PAYER_POST', 'PAYER_VOID', 'RETURN', 'RETURN_POST', 'RETURN_VOID', 'RETURN_TO_BALANCE'],
  merchantEnd: ['MERCHANT', 'FEE'],
  refund: [
    'REFUND_FEE',
    'REFUND_MERCHANT',
    'REFUND_PAYER',
    'REFUND_MERCHANT_POST',
    'REFUND_MERCHANT_VOID',
    'REFUND_PAYER_POST',
    'REFUND_PAYER_VOID',
    'REFUND_FEE_BACK',
  ],
  topUp: ['TOP_UP', 'TOP_UP_POST', 'TOP_UP_VOID'],
  payOut: ['PAY_OUT', 'PAY_OUT_POST', 'PAY_OUT_VOID'],
} as const

/** A step of a cause: the columns of the expected transfer, as SQL expressions over the business row, and when it is there. */
export interface ExpectedStep {
  step: string
  bucket: string
  kind?: string
  resolves?: string
  debit: string
  credit: string
  amount?: string
  when: string
}

/** SQL of an account of the wallet itself: `in-transit:042:CNY`. */
export const ownAccount = (name: string, bucket: string, currency = 'currency'): string =>
  `'${name}:' || lpad(${bucket}::text, 3, '0') || ':' || ${currency}`

/**
 * SQL of expected transfers: those of these steps, for each row whose `when` holds. `rows` answers cause_id, amount, currency
 * and the columns that the steps speak of, and is read once. Rows that have one common step are best given apart from the
 * few that can have many, because every step is looked at for every row.
 */
export function expectedTransfers(rows: string, steps: ExpectedStep[]): string {
  const asked = steps.map((step) => ({ kind: "'POSTED'", amount: 'c.amount', ...step }))
  const [only, another] = asked
  if (only !== undefined && another === undefined) {
    return `select c.cause_id, '${only.step}' as step, (${only.bucket})::smallint as bucket, ${only.kind} as kind,
        ${textOrNull(only.resolves)} as resolves, ${only.debit} as debit_account, ${only.credit} as credit_account,
        ${only.amount} as amount, c.currency
      from (${rows}) as c where ${only.when}`
  }
  const values = asked.map(
    ({ step, bucket, kind, resolves, debit, credit, amount, when }) =>
      `('${step}', (${bucket})::smallint, ${kind}, ${textOrNull(resolves)}, ${debit}, ${credit}, ${amount}, ${when})`,
  )
  // `offset 0` keeps the names of accounts from being put together anew for every step.
  return `select c.cause_id, s.step, s.bucket, s.kind, s.resolves, s.debit_account, s.credit_account, s.amount, c.currency
    from (${rows} offset 0) as c
    cross join lateral (values ${values.join(',\n')})
      as s (step, bucket, kind, resolves, debit_account, credit_account, amount, expected)
    where s.expected`
}

/** SQL of a list of texts. */
export const textList = (texts: readonly string[]): string => texts.map((text) => `'${text}'`).join(', ')

const textOrNull = (text: string | undefined): string => (text === undefined ? 'null::text' : `'${text}'`)

/** SQL that answers every difference between the expected transfers and the ledger's transfers of these steps. */
export function differencesFromLedger(expected: string, of: readonly string[]): string {
  const columns = ['kind', 'resolves', 'debit_account', 'credit_account', 'amount', 'currency']
  const row = (alias: string): string => columns.map((column) => `${alias}.${column}`).join(', ')
  return `select cause_id, step, bucket,
      case when t.amount is null then 'MISSING' when e.amount is null then 'UNEXPLAINED' else 'DIFFERS' end as problem,
      ${columns.map((column) => `t.${column}, e.${column} as expected_${column}`).join(', ')}
    from (${expected}) as e
    full join (select cause_id, step, bucket, ${columns.join(', ')} from transfers
      where step in (${textList(of)})) as t using (cause_id, step, bucket)
    where (${row('t')}) is distinct from (${row('e')})`
}
