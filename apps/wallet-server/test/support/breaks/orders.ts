/** What a hand with too many rights can do to orders, refunds, notifications and numbers, and which promises it breaks. */
import { setOrder, type Break } from './break.ts'

export const orderBreaks: Break[] = [
  [
    'more refunded than paid',
    [setOrder('refunded = amount + 1', (made) => made.paid)],
    ['I3 What is refunded lies', 'I3 What an order says is refunded'],
  ],
  [
    'a refund of an order that is not paid',
    [setOrder('refunded = 1', (made) => made.open)],
    ['I3 What is refunded lies', 'I3 What an order says is refunded'],
  ],
  [
    'less fee given back than there is',
    [setOrder('fee_refunded = -1', (made) => made.paid)],
    ['I3 What is refunded lies', 'I3 What an order says is refunded', 'I3 When all of an order'],
  ],
  [
    'an order that says less is refunded than its refunds',
    [setOrder('refunded = refunded - 1', (made) => made.refunded)],
    ['I3 What an order says is refunded'],
  ],
  [
    'an order that counts a failed refund',
    [setOrder('refunded = refunded + 2002', (made) => made.refundedByBank)],
    ['I3 What an order says is refunded'],
  ],
  [
    'a full refund that kept a unit of the fee',
    [setOrder('fee_refunded = fee_refunded - 1', (made) => made.refunded)],
    ['I3 What an order says is refunded', 'I3 When all of an order'],
  ],
  [
    'a refund to somebody else',
    [
      ["update refunds set payer_id = 'somebody' where refund_id = $1", (made) => made.refunds.toBalance.refundId],
      [
        `update transfers set credit_account = 'users:somebody:CNY' where cause_id = $1 and step = 'REFUND_PAYER'`,
        (made) => made.refunds.toBalance.refundId,
      ],
      [
        "insert into accounts select 'users:somebody:CNY', bucket, kind, currency, computed, frozen, 0, 0, 0, 333, created_at from accounts where id = $1",
        (made) => `users:${made.userId}:CNY`,
      ],
      ['update accounts set credits_posted = credits_posted - 333 where id = $1', (made) => `users:${made.userId}:CNY`],
    ],
    ['I3 A refund goes back'],
  ],
  [
    'a refund by another client',
    [["update refunds set client_id = 'another' where refund_id = $1", (made) => made.refunds.failed.refundId]],
    ['I3 A refund goes back'],
  ],
  [
    'a refund without its transfer to the payer',
    [
      [
        "update transfers set step = 'REFUND_PAYER_POST' where cause_id = $1 and step = 'REFUND_PAYER'",
        (made) => made.refunds.toBalance.refundId,
      ],
    ],
    ['I5 Each refund has exactly the transfers'],
  ],
  [
    'an order with two payments',
    [
      [
        'update payments set trade_no = $1 where payment_id = $2',
        (made) => made.paid.tradeNo,
        (made) => made.payments.processing,
      ],
    ],
    ['I4 An order has at most one payment', 'I4 An order waits for a payment'],
  ],
  [
    'an order that is both paid and closed',
    [setOrder("closed_at = paid_at, close_reason = 'EXPIRED'", (made) => made.paid)],
    ['I4 An order is never both'],
  ],
  [
    'an order that is closed for no reason',
    [setOrder('close_reason = null', (made) => made.closed)],
    ['I4 An order is never both'],
  ],
  [
    'an order that was paid by somebody else than its buyer',
    [setOrder("buyer_id = 'another'", (made) => made.paid)],
    ['I4 An order is never both'],
  ],
  [
    'an order that no longer waits for its payment',
    [
      [
        'update orders set processing_payment_id = null where processing_payment_id = $1',
        (made) => made.payments.processing,
      ],
    ],
    ['I4 An order waits for a payment'],
  ],
  [
    'an order that waits for nothing',
    [setOrder("processing_payment_id = 'nothing'", (made) => made.open)],
    ['I4 An order waits for a payment'],
  ],
  [
    'a transition that left no number',
    [setOrder('sequence = sequence - 1', (made) => made.refunded)],
    ['I7 The sequence number', 'I5 Each transition'],
  ],
  [
    'a refund that ended without a transition',
    [
      setOrder('sequence = sequence - 1', (made) => made.refundedByBank),
      ['delete from notifications where subject_id = $1 and sequence = 4', (made) => made.refundedByBank.tradeNo],
    ],
    ['I7 The sequence number', 'I5 Each finished refund'],
  ],
  [
    'a success that names a failure',
    [["update payments set failure = 'ORDER_CLOSED' where payment_id = $1", (made) => made.paid.paymentId]],
    ['I7 What is finished'],
  ],
  [
    'a top-up that waits for no bank',
    [["update top_ups set state = 'PROCESSING', finished_at = null where top_up_id = $1", (made) => made.topUps.given]],
    ['I7 What is finished', 'I10 Each top-up'],
  ],
  [
    'a paid order that nobody is told of',
    [['delete from notifications where subject_id = $1', (made) => made.paid.tradeNo]],
    ['I5 Each transition'],
  ],
  [
    'a closed order that nobody is told of',
    [['delete from notifications where subject_id = $1', (made) => made.closed.tradeNo]],
    ['I5 Each transition'],
  ],
  [
    'a notification of an order that is not paid',
    [
      [
        'update notifications set subject_id = $2 where subject_id = $1',
        (made) => made.paid.tradeNo,
        (made) => made.open.tradeNo,
      ],
    ],
    ['I5 Each transition', 'I5 A notification speaks'],
  ],
  [
    'a transition that is told twice',
    [
      [
        `insert into notifications select 'again', bucket, client_id, family, url, subject_id, sequence, event, state, attempts,
          due_at, claimed_until, created_at, finished_at from notifications where subject_id = $1`,
        (made) => made.closed.tradeNo,
      ],
    ],
    ['I5 Each transition', 'I5 No transition'],
  ],
  [
    'a notification with another amount',
    [
      [
        `update notifications set event = jsonb_set(event, '{amount}', '"1"') where subject_id = $1`,
        (made) => made.paid.tradeNo,
      ],
    ],
    ['I5 A notification speaks'],
  ],
  [
    'a notification of another kind than what happened',
    [
      [
        `update notifications set event = jsonb_set(event, '{type}', '"ORDER_CLOSED"') where subject_id = $1`,
        (made) => made.paid.tradeNo,
      ],
    ],
    ['I5 A notification speaks'],
  ],
  [
    'a notification of an order that does not exist',
    [
      [
        `insert into notifications select 'again', bucket, client_id, family, url, 'nothing', sequence, event, state, attempts,
          due_at, claimed_until, created_at, finished_at from notifications where subject_id = $1`,
        (made) => made.closed.tradeNo,
      ],
    ],
    ['I5 A notification speaks'],
  ],
  [
    'a failed refund that is told as given',
    [
      [
        `update notifications set event = jsonb_set(event, '{type}', '"ORDER_REFUNDED"')
          where event -> 'refund' ->> 'refundId' = $1`,
        (made) => made.refunds.failed.refundId,
      ],
    ],
    ['I5 Each finished refund'],
  ],
  ['a delivery that is not in the log', [['delete from notification_attempts where accepted']], ['I7 Each attempt']],
  [
    'a request number with two orders',
    [
      [
        'update orders o set request_id = p.request_id from orders p where o.trade_no = $1 and p.trade_no = $2',
        (made) => made.open.tradeNo,
        (made) => made.paid.tradeNo,
      ],
    ],
    ['I8 A number has one order'],
  ],
  [
    'a refund number with two refunds',
    [
      [
        'update refunds set request_id = $2, scope = (select scope from refunds where refund_id = $3) where refund_id = $1',
        (made) => made.refunds.failed.refundId,
        (made) => made.refunds.succeeded.requestId,
        (made) => made.refunds.succeeded.refundId,
      ],
    ],
    ['I8 A number has one refund'],
  ],
  [
    'a pay-out number with two pay-outs',
    [["update pay_outs set request_id = 'pay-out-1' where pay_out_id = $1", (made) => made.payOuts.failed]],
    ['I8 A number has one pay-out'],
  ],
  [
    'a top-up number in two buckets',
    [
      [
        `insert into top_ups select top_up_id, (bucket + 1)::smallint, user_id, bank_account_id, amount, currency, state,
          failure, created_at, finished_at from top_ups where top_up_id = $1`,
        (made) => made.topUps.given,
      ],
    ],
    ['I8 A number has one top-up', 'I10 Each top-up'],
  ],
  [
    'an order that lives although its number was cancelled',
    [setOrder(`request_id = 'cancelled-before-it-came'`, (made) => made.open)],
    ['I8 A number that was cancelled'],
  ],
]
