/**
 * What a user may pay, for each payment and for each day of the wallet's time zone. Limits are a user's own or the
 * settings'. What a day has used is counted under the lock of the payer's account, so that payments at the same time see each
 * other; failed payments give it back, refunds do not.
 */
import type { Deps } from '../build-server.ts'
import { dayOf, startOfDay } from '../day.ts'
import type { Query, Queryable } from '../db/transaction.ts'
import { userAccount } from '../ledger/types.ts'
import type { Allowance } from './judge.ts'
import { utcDay } from './store.ts'
import type { PaymentLimits } from './types.ts'

export interface Payer {
  userId: string
  bucket: number
  currency: string
}

interface AllowanceRow {
  user_id: string
  currency: string
  per_payment: bigint | null
  per_day: bigint | null
  spent: bigint
}

/**
 * The limits of these payers by the id of their account; those without any are left out. The first count of a day begins
 * with the payments that are there, so that a limit set at noon knows of the morning.
 */
export async function readAllowances(
  tx: Queryable,
  payers: Payer[],
  { settings }: Pick<Deps, 'settings'>,
  now: Date,
): Promise<Map<string, Allowance>> {
  const day = dayOf(now, settings.timeZone)
  const own = (currency: string): PaymentLimits | undefined => settings.paymentLimits[currency]
  const { rows } = await tx.query<AllowanceRow>({
    name: 'select-allowances',
    // A day of the wallet's lies in two of those that payments are indexed by, or in three.
    text: `select a.user_id, a.currency, a.per_payment, a.per_day,
        case when a.per_day is null then 0::bigint when a.day = $6::date then a.spent
        else (select coalesce(sum(p.amount), 0)::bigint from payments p
          where p.payer_id = a.user_id and p.created_at >= $7 and p.currency = a.currency and p.state <> 'FAILED'
            and ${utcDay('p.created_at')} = any (array(select ${utcDay('$7::timestamptz')} + n from generate_series(0, 2) as n)))
        end as spent
      from (
        select u.user_id, u.currency, coalesce(l.per_payment, u.per_payment) as per_payment,
          coalesce(l.per_day, u.per_day) as per_day, l.day, l.spent
        from unnest($1::text[], $2::smallint[], $3::text[], $4::bigint[], $5::bigint[])
          as u (user_id, bucket, currency, per_payment, per_day)
        left join payment_limits l on l.user_id = u.user_id and l.currency = u.currency and l.bucket = u.bucket
      ) as a
      where a.per_payment is not null or a.per_day is not null`,
    values: [
      payers.map(({ userId }) => userId),
      payers.map(({ bucket }) => bucket),
      payers.map(({ currency }) => currency),
      payers.map(({ currency }) => own(currency)?.perPayment ?? null),
      payers.map(({ currency }) => own(currency)?.perDay ?? null),
      day,
      startOfDay(day, settings.timeZone),
    ],
  })
  return new Map(
    rows.map((row) => [
      userAccount(row.user_id, row.currency),
      { perPayment: row.per_payment, perDay: row.per_day, spentToday: row.spent },
    ]),
  )
}

/** Writes what the day has used after these payments. `spent` is the whole of the day. */
export const spentStatement = (
  rows: (Payer & { spent: bigint })[],
  { settings }: Pick<Deps, 'settings'>,
  now: Date,
): Query => ({
  name: 'write-spent',
  text: `insert into payment_limits (user_id, bucket, currency, day, spent)
    select t.user_id, t.bucket, t.currency, $5::date, t.spent
    from unnest($1::text[], $2::smallint[], $3::text[], $4::bigint[]) as t (user_id, bucket, currency, spent)
    order by t.user_id, t.currency
    on conflict (user_id, currency, bucket) do update set day = excluded.day, spent = excluded.spent`,
  values: [
    rows.map(({ userId }) => userId),
    rows.map(({ bucket }) => bucket),
    rows.map(({ currency }) => currency),
    rows.map(({ spent }) => spent),
    dayOf(now, settings.timeZone),
  ],
})

/** A payment of that day has failed: it does not count. The caller has locked the payer's account. */
export async function giveBackSpent(
  tx: Queryable,
  { userId, bucket, currency }: Payer,
  minor: bigint,
  paidOn: string,
): Promise<void> {
  await tx.query({
    name: 'give-back-spent',
    text: `update payment_limits set spent = greatest(spent - $4::bigint, 0)
      where user_id = $1 and bucket = $2 and currency = $3 and day = $5::date`,
    values: [userId, bucket, currency, minor, paidOn],
  })
}

/** Sets a user's own limits; null takes the settings'. What the day has used is counted afresh from its payments. */
export async function upsertLimits(
  tx: Queryable,
  { userId, bucket, currency }: Payer,
  { perPayment, perDay }: PaymentLimits,
): Promise<void> {
  await tx.query({
    name: 'upsert-limits',
    text: `insert into payment_limits (user_id, bucket, currency, per_payment, per_day) values ($1, $2, $3, $4, $5)
      on conflict (user_id, currency, bucket) do update set per_payment = excluded.per_payment, per_day = excluded.per_day,
        day = null, spent = 0`,
    values: [userId, bucket, currency, perPayment, perDay],
  })
}
