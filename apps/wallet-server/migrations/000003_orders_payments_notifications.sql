-- Orders, the payments of them, and what merchants are told. All three lie in the merchant's bucket, which the
-- order's tradeNo carries in its digits 17 to 19.

create table orders (
  trade_no text not null,
  bucket smallint not null check (bucket between 0 and 999),
  merchant_id text not null,
  client_id text not null,
  -- The merchant's own number: paymentRequestId, out_trade_no. One effect for each, for ever (I8).
  request_id text not null,
  family text not null check (family in ('SUPERAPP', 'ALIPAY')),
  -- What the number stands for: compared when it comes again, so that other content is refused by field name.
  content jsonb not null,
  -- The mini program that may pay it; null when the merchant did not say.
  app_id text,
  -- The only user who may pay it; null for anybody.
  buyer_id text,
  title text not null,
  amount bigint not null check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  notify_url text,
  -- What the door wants back in its notification and inquiry (passback_params, body); opaque to the rooms.
  extra jsonb not null default '{}',
  state text not null check (state in ('CREATED', 'PAID', 'CLOSED')),
  close_reason text check (close_reason in ('EXPIRED', 'MERCHANT', 'CANCELLED')),
  -- Counts the order's transitions; every notification carries the number of its own.
  sequence integer not null default 1 check (sequence > 0),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  paid_at timestamptz,
  closed_at timestamptz,
  payer_id text,
  payment_id text,
  refunded bigint not null default 0,
  primary key (trade_no, bucket),
  unique (client_id, request_id, bucket),
  check (expires_at > created_at),
  -- I3
  check (refunded between 0 and amount),
  check (refunded = 0 or state = 'PAID'),
  -- I4: paid and closed exclude each other, and each has its own facts.
  check ((state = 'PAID') = (paid_at is not null and payer_id is not null and payment_id is not null)),
  check ((state = 'CLOSED') = (closed_at is not null and close_reason is not null)),
  check (substr(trade_no, 17, 3) = lpad(bucket::text, 3, '0'))
) with (fillfactor = 80);
-- The timer of expiry is the order itself: what is unpaid and past its time is found here after any restart.
create index orders_to_expire on orders (expires_at) where state = 'CREATED';

create table payments (
  payment_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  trade_no text not null,
  payer_id text not null,
  payer_bucket smallint not null check (payer_bucket between 0 and 999),
  amount bigint not null check (amount > 0),
  currency text not null,
  channel text not null check (channel in ('BALANCE')),
  state text not null check (state in ('PROCESSING', 'SUCCEEDED', 'FAILED')),
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (payment_id, bucket),
  check ((state = 'PROCESSING') = (finished_at is null))
);
-- I4: one payment for an order, beside those that failed.
create unique index one_payment_for_an_order on payments (trade_no, bucket) where state <> 'FAILED';
create index payments_by_payer on payments (payer_id, created_at desc);

create table notifications (
  notification_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  client_id text not null,
  -- Who renders and judges it: the family of the order it speaks of.
  family text not null check (family in ('SUPERAPP', 'ALIPAY')),
  -- Null when the merchant gave no address anywhere: then it is given up at once, and stays as evidence.
  url text,
  -- What it speaks of (a tradeNo) and the number of the transition in it. One notification for each transition (I5).
  subject_id text not null,
  sequence integer not null,
  -- The facts as they were in the transaction that wrote them.
  event jsonb not null,
  state text not null check (state in ('DUE', 'DELIVERED', 'GIVEN_UP')),
  attempts integer not null default 0,
  due_at timestamptz,
  -- Set while a worker is sending it; past this time another may take it.
  claimed_until timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (notification_id, bucket),
  unique (subject_id, sequence, bucket),
  check ((state = 'DUE') = (due_at is not null and finished_at is null)),
  check (url is not null or state = 'GIVEN_UP')
) with (fillfactor = 80);
create index notifications_due on notifications (due_at) where state = 'DUE';
-- Claims are few; when the next one ends is asked every second, and must not cost a walk through all that is due.
create index notifications_claimed on notifications (claimed_until) where claimed_until is not null;

-- Every attempt with its bytes and the answer: the delivery log is the record.
create table notification_attempts (
  notification_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  attempt integer not null check (attempt > 0),
  started_at timestamptz not null,
  duration_ms integer not null check (duration_ms >= 0),
  request_headers jsonb not null,
  request_body bytea not null,
  response_status integer,
  response_headers jsonb,
  -- At most the first 16 KiB.
  response_body bytea,
  accepted boolean not null,
  -- Why it was not accepted, in words: "connection refused", "200 but the body is not the acknowledgement".
  reason text,
  primary key (notification_id, attempt, bucket)
);
