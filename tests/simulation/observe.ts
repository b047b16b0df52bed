/**
 * What the database holds, read in one statement and put into the words of the cast: the other side of the comparison, and
 * the numbers that the wallet has given to things.
 */
import type pg from 'pg'
import type { Client, Merchant, OrderName, User } from './cast.ts'
import {
  bookLine,
  crossingLine,
  fundingLine,
  merchantLine,
  orderLine,
  paymentLine,
  refundLine,
  userLine,
  type Facts,
} from './model/facts.ts'
import { cancelKey, refundKey } from './model/judge.ts'
import type { Settling } from './model/settle.ts'

/** The wallet's numbers of the cast. */
export interface Names {
  users: ReadonlyMap<string, User>
  merchants: ReadonlyMap<string, Merchant>
  clients: ReadonlyMap<string, Client>
}

export interface ObservedFunding {
  fundingId: string
  settling: Settling
  state: 'PROCESSING' | 'SUCCEEDED' | 'FAILED'
  failure: string | null
  contradicted: boolean
}
export interface ObservedNotification {
  notificationId: string
  tradeNo: string
  sequence: number
  url: string | null
  state: 'DUE' | 'DELIVERED' | 'GIVEN_UP'
  attempts: number
  event: Record<string, unknown>
}
export interface Observed {
  facts: Facts
  tradeNos: Map<OrderName, string>
  /** The payment that an order was paid with. */
  paidWith: Map<OrderName, string>
  /** All payments of an order with their payers. */
  payments: { order: OrderName; paymentId: string; user: User }[]
  refundIds: Map<string, string>
  /** The present links to users' bank accounts. */
  links: Map<User, string>
  expired: Set<OrderName>
  fundings: ObservedFunding[]
  notifications: ObservedNotification[]
  /** Changes whenever a row of money is written. */
  fingerprint: string
}

type Row = Record<string, string | null>
interface Answer {
  users: Row[]
  merchants: Row[]
  accounts: Row[]
  wallet: Row[]
  orders: Row[]
  payments: Row[]
  refunds: Row[]
  fundings: Row[]
  top_ups: Row[]
  pay_outs: Row[]
  cancelled: Row[]
  notifications: Row[]
  written: Row[]
}

/** Everything that `verify` looks at and that a step may write. */
const writtenTables = [
  'accounts',
  'transfers',
  'orders',
  'payments',
  'refunds',
  'fundings',
  'funding_answers',
  'top_ups',
  'pay_outs',
  'notifications',
  'notification_attempts',
  'payment_limits',
  'cancelled_requests',
  'users',
  'merchants',
]

const rowsOf = (columns: string, from: string): string =>
  `(select coalesce(json_agg(t), '[]') from (select ${columns} from ${from}) as t)`

const STATEMENT = `select json_build_object(
  'users', ${rowsOf(
    `u.user_id, u.state, l.per_payment::text, l.per_day::text, l.day::text, l.spent::text,
      (select b.bank_account_id from bank_accounts b where b.owner_id = u.user_id and b.removed_at is null) as link`,
    `users u left join payment_limits l on l.user_id = u.user_id and l.bucket = u.bucket`,
  )},
  'merchants', ${rowsOf('merchant_id, state, fee_basis_points::text', 'merchants')},
  'accounts', ${rowsOf(
    `split_part(id, ':', 2) as owner, frozen::text, (credits_posted - debits_posted)::text as posted,
      credits_pending::text as coming, debits_pending::text as going`,
    'accounts where not computed',
  )},
  'wallet', ${rowsOf(
    'name, sum(posted)::text as posted, sum(coming)::text as coming, sum(going)::text as going',
    `(select split_part(s.account, ':', 1) as name,
        case when t.kind in ('POSTED', 'POST') then s.sign * t.amount else 0 end as posted,
        case when waits and s.sign = 1 then t.amount else 0 end as coming,
        case when waits and s.sign = -1 then t.amount else 0 end as going
      from (select *, kind = 'PENDING' and not exists (select 1 from transfers r
          where r.cause_id = p.cause_id and r.resolves = p.step and r.bucket = p.bucket) as waits
        from transfers p) t
      cross join lateral (values (t.credit_account, 1), (t.debit_account, -1)) as s (account, sign)) as m
     where name not in ('users', 'merchants') group by name`,
  )},
  'orders', ${rowsOf(
    `trade_no, client_id, request_id, state, close_reason, sequence::text, amount::text, fee::text, buyer_id,
      refunded::text, fee_refunded::text, payer_id, payment_id, processing_payment_id`,
    'orders',
  )},
  'payments', ${rowsOf(
    'payment_id, trade_no, payer_id, channel, amount::text, state, failure, return_state',
    'payments',
  )},
  'refunds', ${rowsOf(
    'refund_id, trade_no, scope, request_id, amount::text, fee::text, channel, notify_url, state, failure',
    'refunds',
  )},
  'fundings', ${rowsOf(
    'funding_id, purpose, subject_id, amount::text, state, failure, (contradicted_at is not null)::text as contradicted',
    'fundings order by created_at, funding_id',
  )},
  'top_ups', ${rowsOf('top_up_id, user_id, bank_account_id, amount::text, state, failure', 'top_ups')},
  'pay_outs', ${rowsOf('pay_out_id, request_id, merchant_id, amount::text, state, failure', 'pay_outs')},
  'cancelled', ${rowsOf('client_id, request_id', 'cancelled_requests')},
  'notifications', ${rowsOf(
    'notification_id, subject_id, sequence::text, url, state, attempts::text, event::text',
    'notifications',
  )},
  'written', ${rowsOf(
    'name, rows::text, version::text',
    `(${writtenTables
      .map((table) => `select '${table}' as name, count(*) as rows, max(xmin::text::bigint) as version from ${table}`)
      .join(' union all ')}) as w`,
  )}) as answer`

/** Reads everything. @param day the wallet's, whose use of a limit is compared */
export async function observe(admin: pg.Pool, names: Names, day: string): Promise<Observed> {
  const { rows } = await admin.query<{ answer: Answer }>({ name: 'observe', text: STATEMENT })
  const { answer } = rows[0]!
  const orderOf = new Map(
    answer.orders.map((row) => [
      row['trade_no']!,
      `${names.clients.get(row['client_id']!)!}/${row['request_id']!}` as OrderName,
    ]),
  )
  const user = (id: string | null | undefined): User => names.users.get(id!)!
  const facts: Facts = {}
  const links = new Map<User, string>()

  for (const row of answer.users) {
    const name = user(row['user_id'])
    const linked = row['link'] ?? null
    if (linked !== null) links.set(name, linked)
    facts[name] = userLine({
      frozen: row['state'] === 'FROZEN',
      perPayment: minorOrNull(row['per_payment']),
      perDay: minorOrNull(row['per_day']),
      linked: linked !== null,
    })
    // A count of another day says nothing of this one.
    if (row['per_day'] && row['day'] === day) facts[`spent by ${name}`] = row['spent']!
  }
  for (const row of answer.merchants) {
    facts[names.merchants.get(row['merchant_id']!)!] = merchantLine(
      row['state'] === 'FROZEN',
      Number(row['fee_basis_points']),
    )
  }
  for (const name of ['cash', 'fees', 'bank-clearing', 'in-transit']) {
    facts[`balance of ${name}`] = bookLine(toBook(answer.wallet.find((row) => row['name'] === name) ?? {}))
  }
  for (const row of answer.accounts) {
    const name = names.users.get(row['owner']!) ?? names.merchants.get(row['owner']!)!
    facts[`balance of ${name}`] = bookLine(toBook(row))
    const party = facts[name]!
    if (party.startsWith('FROZEN') !== (row['frozen'] === 'true')) facts[name] = `${party}, but the account is not`
  }
  for (const row of answer.cancelled)
    facts[`${names.clients.get(row['client_id']!)!}/${row['request_id']!} was cancelled`] = 'yes'

  for (const row of answer.orders) {
    facts[`order ${orderOf.get(row['trade_no']!)!}`] = orderLine({
      state: row['state']!,
      closeReason: row['close_reason'] ?? null,
      sequence: Number(row['sequence']),
      amount: minor(row['amount']),
      fee: minor(row['fee']),
      buyer: row['buyer_id'] ? user(row['buyer_id']) : null,
      payer: row['payer_id'] ? user(row['payer_id']) : null,
      processing: row['processing_payment_id'] !== null,
      refunded: minor(row['refunded']),
      feeRefunded: minor(row['fee_refunded']),
    })
    facts[`payments of ${orderOf.get(row['trade_no']!)!}`] = ''
  }
  const paymentLines = new Map<OrderName, string[]>()
  const orderOfPayment = new Map<string, OrderName>()
  for (const row of answer.payments) {
    const order = orderOf.get(row['trade_no']!)!
    orderOfPayment.set(row['payment_id']!, order)
    const line = paymentLine({
      user: user(row['payer_id']),
      by: row['channel']!,
      amount: minor(row['amount']),
      state: row['state']!,
      failure: row['failure'] ?? null,
      returned: row['return_state'] ?? null,
    })
    paymentLines.set(order, [...(paymentLines.get(order) ?? []), line])
  }
  for (const [order, lines] of paymentLines) facts[`payments of ${order}`] = lines.sort().join('; ')

  const keyOfRefund = new Map<string, string>()
  for (const row of answer.refunds) {
    const order = orderOf.get(row['trade_no']!)!
    const key = keyOf(order, row)
    keyOfRefund.set(row['refund_id']!, key)
    facts[`refund ${key}`] = refundLine({
      order,
      amount: minor(row['amount']),
      fee: minor(row['fee']),
      by: row['channel']!,
      toldAt: row['notify_url'] ?? null,
      state: row['state']!,
      failure: row['failure'] ?? null,
    })
  }
  for (const row of answer.top_ups) {
    const key = `${user(row['user_id'])}/${row['top_up_id']!}`
    facts[`top-up ${key}`] = crossingLine({
      amount: minor(row['amount']),
      bank: row['bank_account_id'] !== null,
      state: row['state']!,
      failure: row['failure'] ?? null,
    })
  }
  const keyOfPayOut = new Map<string, string>()
  for (const row of answer.pay_outs) {
    const key = `${names.merchants.get(row['merchant_id']!)!}/${row['request_id']!}`
    keyOfPayOut.set(row['pay_out_id']!, key)
    facts[`pay-out ${key}`] = crossingLine({
      amount: minor(row['amount']),
      bank: true,
      state: row['state']!,
      failure: row['failure'] ?? null,
    })
  }
  const userOfTopUp = new Map(answer.top_ups.map((row) => [row['top_up_id']!, user(row['user_id'])]))
  const fundings = answer.fundings.map((row): ObservedFunding => {
    const subject = row['subject_id']!
    const purpose = row['purpose'] as Settling['purpose']
    const settling: Settling =
      purpose === 'PAYMENT' || purpose === 'RETURN'
        ? { purpose, key: orderOfPayment.get(subject)! }
        : purpose === 'REFUND'
          ? { purpose, key: keyOfRefund.get(subject)! }
          : purpose === 'PAY_OUT'
            ? { purpose, key: keyOfPayOut.get(subject)! }
            : { purpose, key: `${userOfTopUp.get(subject)!}/${subject}` }
    return {
      fundingId: row['funding_id']!,
      settling,
      state: row['state'] as ObservedFunding['state'],
      failure: row['failure'] ?? null,
      contradicted: row['contradicted'] === 'true',
    }
  })
  const bankLines = new Map<string, string[]>()
  fundings.forEach(({ settling: { purpose, key }, state }, index) => {
    const ofOrder = purpose === 'PAYMENT' || purpose === 'RETURN'
    const line = fundingLine(minor(answer.fundings[index]!['amount']), state)
    const name = ofOrder ? `bank about ${key}` : `bank about ${purpose} ${key}`
    bankLines.set(name, [...(bankLines.get(name) ?? []), ofOrder ? `${purpose} ${line}` : line])
  })
  for (const [name, lines] of bankLines) facts[name] = lines.sort().join('; ')

  const notifications = answer.notifications.map((row): ObservedNotification => ({
    notificationId: row['notification_id']!,
    tradeNo: row['subject_id']!,
    sequence: Number(row['sequence']),
    url: row['url'] ?? null,
    state: row['state'] as ObservedNotification['state'],
    attempts: Number(row['attempts']),
    event: JSON.parse(row['event']!) as Record<string, unknown>,
  }))
  for (const { tradeNo, sequence, url, event } of notifications) {
    const name = `event ${orderOf.get(tradeNo) ?? tradeNo} #${sequence}`
    const line = eventLine(event, url)
    facts[name] = facts[name] === undefined ? line : `${facts[name]} and ${line}`
  }
  return {
    facts,
    tradeNos: new Map([...orderOf].map(([tradeNo, order]) => [order, tradeNo])),
    paidWith: new Map(
      answer.orders.flatMap((row) => (row['payment_id'] ? [[orderOf.get(row['trade_no']!)!, row['payment_id']]] : [])),
    ),
    payments: answer.payments.map((row) => ({
      order: orderOf.get(row['trade_no']!)!,
      paymentId: row['payment_id']!,
      user: user(row['payer_id']),
    })),
    refundIds: new Map([...keyOfRefund].map(([refundId, key]) => [key, refundId])),
    links,
    expired: new Set(
      answer.orders.flatMap((row) => (row['close_reason'] === 'EXPIRED' ? [orderOf.get(row['trade_no']!)!] : [])),
    ),
    fundings,
    notifications,
    fingerprint: JSON.stringify(answer.written),
  }
}

/** A refund by the merchant's number; one that a cancel has made, by its order. */
function keyOf(order: OrderName, row: Row): string {
  return /(^|-)r[0-9]$/.test(row['request_id']!) ? refundKey(order, row['request_id']!) : cancelKey(order)
}

function eventLine(event: Record<string, unknown>, url: string | null): string {
  const refund = event['refund'] as { amount: string } | null
  const about = refund ? ` of ${refund.amount}, ${String(event['refunded'])} in all,` : ''
  return `${String(event['type'])}${about} to ${url ?? 'nobody'}`
}

const minor = (text: string | null | undefined): bigint => BigInt(text ?? 0)
const minorOrNull = (text: string | null | undefined): bigint | null => (text ? BigInt(text) : null)
const toBook = (row: Row): { posted: bigint; coming: bigint; going: bigint } => ({
  posted: minor(row['posted']),
  coming: minor(row['coming']),
  going: minor(row['going']),
})
