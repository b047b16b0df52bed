-- Fees, payments by bank, refunds, cancelled numbers, and what a user may pay.

-- What the wallet keeps of each payment, in hundredths of a percent. Rounding: half up, to the smallest unit.
alter table merchants add column fee_basis_points integer not null default 0
  check (fee_basis_points between 0 and 10000);

alter table orders
  -- Computed by the server from the merchant's rate when the order is made; taken from the merchant when it is paid.
  add column fee bigint not null default 0,
  -- What refunds have given back of it.
  add column fee_refunded bigint not null default 0,
  -- The payment that waits for the bank's answer. Nobody else can pay meanwhile.
  add column processing_payment_id text,
  add constraint orders_fee_check check (fee between 0 and amount),
  add constraint orders_fee_refunded_check check (fee_refunded between 0 and fee);

alter table payments
  drop constraint payments_channel_check,
  add constraint payments_channel_check check (channel in ('BALANCE', 'BANK')),
  add column bank_account_id text,
  -- The refusal code that ended it.
  add column failure text,
  -- The bank's money came, but the order could no longer be paid: it goes back to the bank account, or, where the bank does
  -- not take it, to the payer's balance.
  add column return_state text check (return_state in ('RETURNING', 'RETURNED', 'RETURNED_TO_BALANCE')),
  add constraint payments_bank_check check ((channel = 'BANK') = (bank_account_id is not null)),
  add constraint payments_failure_check check ((state = 'FAILED') = (failure is not null)),
  add constraint payments_return_check check (return_state is null or (state = 'FAILED' and channel = 'BANK'));

create table refunds (
  refund_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  trade_no text not null,
  client_id text not null,
  -- Inside of what the merchant's number is unique: the client (super-app), or the order (Alipay).
  scope text not null,
  request_id text not null,
  -- What the number stands for, compared when it comes again.
  content jsonb not null,
  payer_id text not null,
  payer_bucket smallint not null check (payer_bucket between 0 and 999),
  amount bigint not null check (amount > 0),
  currency text not null,
  -- What the merchant gets back of the order's fee.
  fee bigint not null check (fee between 0 and amount),
  reason text,
  notify_url text,
  channel text not null check (channel in ('BALANCE', 'BANK')),
  state text not null check (state in ('PROCESSING', 'SUCCEEDED', 'FAILED')),
  failure text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (refund_id, bucket),
  unique (scope, request_id, bucket),
  check ((state = 'PROCESSING') = (finished_at is null)),
  check ((state = 'FAILED') = (failure is not null))
);
create index refunds_of_order on refunds (trade_no);
create index refunds_by_payer on refunds (payer_id, created_at desc);

-- Numbers that were cancelled before their order came: a late create is refused.
create table cancelled_requests (
  client_id text not null,
  request_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  cancelled_at timestamptz not null,
  primary key (client_id, request_id, bucket)
);

-- What a user may pay in a currency, and how much of a day's limit is used. Without a row, or with null, the settings' limits
-- hold. Written under the lock of the user's account.
create table payment_limits (
  user_id text not null,
  currency text not null,
  bucket smallint not null check (bucket between 0 and 999),
  per_payment bigint check (per_payment >= 0),
  per_day bigint check (per_day >= 0),
  -- The wallet's day that `spent` belongs to.
  day date,
  spent bigint not null default 0 check (spent >= 0),
  primary key (user_id, currency, bucket)
) with (fillfactor = 80);

-- A notification is found by the transition it speaks of; one index less on the way of every payment.
alter table notifications
  drop constraint notifications_pkey,
  drop constraint notifications_subject_id_sequence_bucket_key,
  add primary key (subject_id, sequence, bucket);

-- What earlier versions wrote down, in the words of this one: events that lack what can happen after a payment, and orders that
-- were closed without a notification of it.
update notifications
set event = event || '{"refunded": "0", "refund": null, "closedAt": null, "closeReason": null}'
where not event ? 'refunded';
insert into notifications (notification_id, bucket, client_id, family, subject_id, sequence, event, state, created_at,
  finished_at)
select o.trade_no, o.bucket, o.client_id, o.family, o.trade_no, o.sequence,
  jsonb_build_object('type', 'ORDER_CLOSED', 'tradeNo', o.trade_no, 'requestId', o.request_id, 'clientId', o.client_id,
    'merchantId', o.merchant_id, 'appId', o.app_id, 'title', o.title, 'amount', o.amount::text, 'currency', o.currency,
    'extra', o.extra, 'createdAt', o.created_at, 'payerId', null, 'paymentId', null, 'paidAt', null, 'closedAt', o.closed_at,
    'closeReason', o.close_reason, 'refunded', '0', 'refund', null),
  'GIVEN_UP', o.closed_at, o.closed_at
from orders o where o.state = 'CLOSED';
