/**
 * The SQL of payments, set-based: a batch of any size is a few statements. Every update names the state it comes from; an
 * unpaid order by its facts and not by its state, for the reason given in `order/store.ts`.
 */
import type { PaymentState, RefusalCode } from '@tradepay/contract'
import type { Currency, Money } from '@tradepay/money'
import { numberArray, textArray } from '../db/arrays.ts'
import type { Query, Queryable } from '../db/transaction.ts'
import { orderColumns, toOrder, type OrderRow } from '../order/store.ts'
import type { Order } from '../order/types.ts'
import type { OwnPayment } from './types.ts'

/** A payment as it is stored, in the order's bucket. */
export interface StoredPayment {
  paymentId: string
  bucket: number
  tradeNo: string
  payerId: string
  payerBucket: number
  amount: Money
  channel: 'BALANCE' | 'BANK'
  bankAccountId: string | null
  state: PaymentState
  createdAt: Date
}

/** A payment that is granted. */
export type NewPayment = Omit<StoredPayment, 'state' | 'createdAt'>

interface PaymentRow {
  payment_id: string
  bucket: number
  trade_no: string
  payer_id: string
  payer_bucket: number
  amount: bigint
  currency: Currency
  channel: 'BALANCE' | 'BANK'
  bank_account_id: string | null
  state: PaymentState
  created_at: Date
}

/** An order, locked, with what is known of the account that it is paid to. */
export interface PayableOrder {
  order: Order
  /** Not locked: a payee is only credited, and many payments want it. Null when there is none in that currency. */
  payee: { frozen: boolean } | null
  /** False when another database holds the order's bucket. */
  owned: boolean
}

/** Locks orders until the transaction ends, in the order of their tradeNo. Numbers without an order are left out. */
export async function lockPayable(tx: Queryable, tradeNos: string[]): Promise<PayableOrder[]> {
  const { rows } = await tx.query<OrderRow & { payee_frozen: boolean | null; owned: boolean }>({
    name: 'lock-payable-orders',
    text: `select ${orderColumns}, payee.frozen as payee_frozen, b.bucket is not null as owned
      from orders o
      left join accounts payee on payee.id = 'merchants:' || o.merchant_id || ':' || o.currency and payee.bucket = o.bucket
      left join owned_buckets b on b.bucket = o.bucket
      where o.trade_no = any ($1::text[]) order by o.trade_no for update of o`,
    values: [textArray(tradeNos)],
  })
  return rows.map((row) => ({
    order: toOrder(row),
    payee: row.payee_frozen === null ? null : { frozen: row.payee_frozen },
    owned: row.owned,
  }))
}

/** Adds the payment by bank of an order that waits for it: PROCESSING. */
export const processingStatement = (payment: NewPayment, now: Date): Query => ({
  name: 'insert-processing-payment',
  text: `insert into payments (payment_id, bucket, trade_no, payer_id, payer_bucket, amount, currency, channel,
      bank_account_id, state, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'PROCESSING', $10)`,
  values: [
    payment.paymentId,
    payment.bucket,
    payment.tradeNo,
    payment.payerId,
    payment.payerBucket,
    payment.amount.minor,
    payment.amount.currency,
    payment.channel,
    payment.bankAccountId,
    now,
  ],
})

/**
 * From the balance: adds the payments, SUCCEEDED, and CREATED → PAID for their orders, which the caller holds locked. What was
 * paid is what the order says. Fails when an order is not waiting to be paid.
 */
export const succeededStatement = (payments: NewPayment[], now: Date): Query => ({
  name: 'insert-succeeded-payments',
  text: `with paid as (
      update orders o
      set state = 'PAID', paid_at = $6, payer_id = t.payer_id, payment_id = t.payment_id, processing_payment_id = null,
        sequence = o.sequence + 1
      from (
        select unnest($1::text[]) as trade_no, unnest($2::smallint[]) as bucket, unnest($3::text[]) as payment_id,
          unnest($4::text[]) as payer_id, unnest($5::smallint[]) as payer_bucket
      ) as t
      where o.trade_no = t.trade_no and o.bucket = t.bucket and o.paid_at is null and o.closed_at is null
      returning t.*, o.amount, o.currency
    ), written as (
      insert into payments (payment_id, bucket, trade_no, payer_id, payer_bucket, amount, currency, channel, state,
        created_at, finished_at)
      select p.payment_id, p.bucket, p.trade_no, p.payer_id, p.payer_bucket, p.amount, p.currency, 'BALANCE', 'SUCCEEDED',
        $6::timestamptz, $6::timestamptz
      from paid p
    )
    select must_be_all((select count(*) from paid), $7, 'orders to pay were waiting for it')`,
  values: [
    textArray(payments.map((payment) => payment.tradeNo)),
    numberArray(payments.map((payment) => payment.bucket)),
    textArray(payments.map((payment) => payment.paymentId)),
    textArray(payments.map((payment) => payment.payerId)),
    numberArray(payments.map((payment) => payment.payerBucket)),
    now,
    payments.length,
  ],
})

/** CREATED → PAID for the order of a payment that the bank has confirmed; the caller holds it locked. */
export async function markPaid(
  tx: Queryable,
  payment: Pick<NewPayment, 'tradeNo' | 'bucket' | 'payerId' | 'paymentId'>,
  now: Date,
): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'mark-order-paid',
    text: `update orders
      set state = 'PAID', paid_at = $5, payer_id = $3, payment_id = $4, processing_payment_id = null, sequence = sequence + 1
      where trade_no = $1 and bucket = $2 and paid_at is null and closed_at is null`,
    values: [payment.tradeNo, payment.bucket, payment.payerId, payment.paymentId, now],
  })
  if (rowCount !== 1) throw new Error(`Order ${payment.tradeNo} was to be paid, but it is not waiting for it.`)
}

/** The order waits for the bank's answer to this payment; null when it does not any more. */
export const waitsStatement = (order: { tradeNo: string; bucket: number }, paymentId: string | null): Query => ({
  name: 'set-order-processing',
  text: 'update orders set processing_payment_id = $3 where trade_no = $1 and bucket = $2',
  values: [order.tradeNo, order.bucket, paymentId],
})

/** PROCESSING → SUCCEEDED or FAILED. Answers false when it was not PROCESSING. */
export async function finishPayment(
  tx: Queryable,
  payment: { paymentId: string; bucket: number },
  end: { state: 'SUCCEEDED' } | { state: 'FAILED'; failure: RefusalCode; returning: boolean },
  now: Date,
): Promise<void> {
  const failed = end.state === 'FAILED' ? end : null
  const { rowCount } = await tx.query({
    name: 'finish-payment',
    text: `update payments set state = $3, failure = $4, return_state = $5, finished_at = $6
      where payment_id = $1 and bucket = $2 and state = 'PROCESSING'`,
    values: [
      payment.paymentId,
      payment.bucket,
      end.state,
      failed?.failure ?? null,
      failed?.returning ? 'RETURNING' : null,
      now,
    ],
  })
  if (rowCount !== 1) throw new Error(`Payment ${payment.paymentId} is not processing.`)
}

/** RETURNING → where the late money has gone. */
export async function finishReturn(
  tx: Queryable,
  payment: { paymentId: string; bucket: number },
  end: 'RETURNED' | 'RETURNED_TO_BALANCE',
): Promise<void> {
  const { rowCount } = await tx.query({
    name: 'finish-return',
    text: `update payments set return_state = $3 where payment_id = $1 and bucket = $2 and return_state = 'RETURNING'`,
    values: [payment.paymentId, payment.bucket, end],
  })
  if (rowCount !== 1) throw new Error(`Payment ${payment.paymentId} is not being returned.`)
}

export async function selectPayment(db: Queryable, paymentId: string, bucket: number): Promise<StoredPayment | null> {
  const { rows } = await db.query<PaymentRow>({
    name: 'select-payment',
    text: `select payment_id, bucket, trade_no, payer_id, payer_bucket, amount, currency, channel, bank_account_id, state,
        created_at
      from payments where payment_id = $1 and bucket = $2`,
    values: [paymentId, bucket],
  })
  const row = rows[0]
  if (!row) return null
  return {
    paymentId: row.payment_id,
    bucket: row.bucket,
    tradeNo: row.trade_no,
    payerId: row.payer_id,
    payerBucket: row.payer_bucket,
    amount: { currency: row.currency, minor: row.amount },
    channel: row.channel,
    bankAccountId: row.bank_account_id,
    state: row.state,
    createdAt: row.created_at,
  }
}

interface OwnPaymentRow {
  payment_id: string
  trade_no: string
  title: string
  merchant_name: string
  amount: bigint
  currency: string
  channel: 'BALANCE' | 'BANK'
  bank_account_id: string | null
  state: PaymentState
  failure: RefusalCode | null
  return_state: OwnPayment['returned']
  created_at: Date
  finished_at: Date | null
}

const ownPaymentColumns = `p.payment_id, p.trade_no, o.title, m.name as merchant_name, p.amount, p.currency, p.channel,
  p.bank_account_id, p.state, p.failure, p.return_state, p.created_at, p.finished_at`
const withOrderAndMerchant = `
  join orders o on o.trade_no = p.trade_no and o.bucket = p.bucket
  join merchants m on m.merchant_id = o.merchant_id`

/** The place in the list behind which a page begins. */
export interface PaymentCursor {
  createdAt: Date
  paymentId: string
}

/** The day of a time, in SQL, by which payments are indexed: written as in the index, or that is not used. */
export const utcDay = (time: string): string => `(${time} at time zone 'UTC')::date`

/** How many days are looked through together at first, and how many times as many each time after. */
const DAYS_AT_FIRST = 8
const DAYS_GROWTH = 4

/** A user's payments, newest first, behind the cursor. Who pays often is found in few days, who does not in few statements. */
export async function selectPaymentsBy(
  db: Queryable,
  userId: string,
  before: PaymentCursor | null,
  limit: number,
): Promise<OwnPayment[]> {
  const { newest, days } = await selectDaysOfPayments(db, before)
  const found: OwnPayment[] = []
  let first = 0
  for (let count = DAYS_AT_FIRST; first < days && found.length < limit; count *= DAYS_GROWTH) {
    const { rows } = await db.query<OwnPaymentRow>({
      name: 'select-payments-by',
      text: `select ${ownPaymentColumns}
        from (
          select * from payments
          where payer_id = $1
            and ${utcDay('created_at')} = any (array(select $5::date - n from generate_series($6::integer, $7::integer) as n))
            and ($2::timestamptz is null or (created_at, payment_id) < ($2::timestamptz, $3::text))
          order by created_at desc, payment_id desc
          limit $4
        ) as p ${withOrderAndMerchant}
        order by p.created_at desc, p.payment_id desc`,
      values: [
        userId,
        before?.createdAt ?? null,
        before?.paymentId ?? null,
        limit - found.length,
        newest,
        first,
        Math.min(first + count, days) - 1,
      ],
    })
    found.push(...rows.map(toOwnPayment))
    first += count
  }
  return found
}

/** The newest day to look in, `yyyy-MM-dd`, and how many days there are from it back to the first payment of all. */
async function selectDaysOfPayments(
  db: Queryable,
  before: PaymentCursor | null,
): Promise<{ newest: string | null; days: number }> {
  const { rows } = await db.query<{ newest: string | null; days: number }>({
    name: 'select-days-of-payments',
    text: `select newest::text, coalesce(newest - oldest + 1, 0) as days
      from (
        select least(max(${utcDay('created_at')}), ${utcDay('$1::timestamptz')}) as newest, min(${utcDay('created_at')}) as oldest
        from payments
      ) as kept`,
    values: [before?.createdAt ?? null],
  })
  return rows[0]!
}

/** A user's payment of an order that counts: the one that has not failed, else the newest. */
export async function selectPaymentOfOrder(
  db: Queryable,
  userId: string,
  { tradeNo, bucket }: { tradeNo: string; bucket: number },
): Promise<OwnPayment | null> {
  const { rows } = await db.query<OwnPaymentRow>({
    name: 'select-payment-of-order',
    // Its payments lie in the days from its creation to its end; of an order that is open, to the newest of all. Their bucket is
    // not named: where few buckets are in use, the database would take a walk through all of them for a short way.
    text: `select ${ownPaymentColumns} from payments p ${withOrderAndMerchant}
      where p.payer_id = $1 and p.trade_no = $2
        and ${utcDay('p.created_at')} = any (array(
          select generate_series(${utcDay('asked.created_at')},
            coalesce(${utcDay('coalesce(asked.paid_at, asked.closed_at)')},
              (select max(${utcDay('created_at')}) from payments)), interval '1 day')::date
          from orders asked where asked.trade_no = $2 and asked.bucket = $3))
      order by p.state <> 'FAILED' desc, p.created_at desc, p.payment_id desc limit 1`,
    values: [userId, tradeNo, bucket],
  })
  return rows[0] ? toOwnPayment(rows[0]) : null
}

function toOwnPayment(row: OwnPaymentRow): OwnPayment {
  return {
    paymentId: row.payment_id,
    tradeNo: row.trade_no,
    title: row.title,
    merchantName: row.merchant_name,
    amount: { currency: row.currency, minor: row.amount },
    channel: row.channel,
    bankAccountId: row.bank_account_id,
    state: row.state,
    failure: row.failure,
    returned: row.return_state,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
