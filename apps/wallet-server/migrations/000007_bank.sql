-- Money across the wallet's border: linked bank accounts, what was asked of the bank, top-ups and pay-outs.

create table bank_accounts (
  bank_account_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  -- A user or a merchant, in whose bucket the row lies.
  owner_id text not null,
  -- What the bank knows the account by. The wallet never holds more of it than this reference.
  bank_ref text not null,
  -- For people: "Test Bank ··1234".
  label text not null,
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz not null,
  removed_at timestamptz,
  primary key (bank_account_id, bucket),
  check (substr(bank_account_id, 17, 3) = lpad(bucket::text, 3, '0'))
);
create unique index bank_account_once on bank_accounts (owner_id, bank_ref, bucket) where removed_at is null;

-- What is asked of the bank: IN collects from a bank account, OUT pays to one. Written in the transaction that reserves the
-- money; the bank is called after commit, with this id, until its answer is final. Lies in the bucket of its bank account.
create table fundings (
  funding_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  direction text not null check (direction in ('IN', 'OUT')),
  purpose text not null check (purpose in ('PAYMENT', 'TOP_UP', 'REFUND', 'PAY_OUT', 'RETURN')),
  -- The payment, top-up, refund or pay-out it is for.
  subject_id text not null,
  bank_account_id text not null,
  bank_ref text not null,
  amount bigint not null check (amount > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  state text not null check (state in ('PROCESSING', 'SUCCEEDED', 'FAILED')),
  -- Why the bank refused, in its own code.
  failure text,
  -- Questions put to the bank so far.
  attempts integer not null default 0 check (attempts >= 0),
  due_at timestamptz,
  claimed_until timestamptz,
  -- The bank said something else after its final answer. No money moves by itself then; a person has to look.
  contradicted_at timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (funding_id, bucket),
  unique (subject_id, purpose, bucket),
  check ((direction = 'IN') = (purpose in ('PAYMENT', 'TOP_UP'))),
  check ((state = 'PROCESSING') = (finished_at is null)),
  check (state = 'PROCESSING' or due_at is null),
  check ((state = 'FAILED') = (failure is not null))
) with (fillfactor = 80);
create index fundings_due on fundings (due_at) where due_at is not null;

-- Every question to the bank and its answer: the record.
create table funding_answers (
  funding_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  attempt integer not null check (attempt > 0),
  question text not null check (question in ('ASK', 'INQUIRE')),
  asked_at timestamptz not null,
  duration_ms integer not null check (duration_ms >= 0),
  -- UNKNOWN: no answer, or one that cannot be understood. NOT_FOUND: the bank has never heard of it.
  answer text not null check (answer in ('SUCCEEDED', 'FAILED', 'PROCESSING', 'NOT_FOUND', 'UNKNOWN')),
  detail text,
  primary key (funding_id, attempt, bucket)
);

create table top_ups (
  top_up_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  user_id text not null,
  -- Null when the wallet itself gave the money (debit cash): the sandbox's people begin with some.
  bank_account_id text,
  amount bigint not null check (amount > 0),
  currency text not null,
  state text not null check (state in ('PROCESSING', 'SUCCEEDED', 'FAILED')),
  failure text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (top_up_id, bucket),
  check ((state = 'PROCESSING') = (finished_at is null)),
  check ((state = 'FAILED') = (failure is not null))
);
create index top_ups_by_user on top_ups (user_id, created_at desc);
-- Top-ups of earlier versions are known from the ledger only.
insert into top_ups (top_up_id, bucket, user_id, amount, currency, state, created_at, finished_at)
select cause_id, bucket, split_part(credit_account, ':', 2), amount, currency, 'SUCCEEDED', posted_at, posted_at
from transfers where step = 'TOP_UP';

create table pay_outs (
  pay_out_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  merchant_id text not null,
  -- The caller's own number: one effect for each, for ever (I8).
  request_id text not null,
  bank_account_id text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  state text not null check (state in ('PROCESSING', 'SUCCEEDED', 'FAILED')),
  failure text,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (pay_out_id, bucket),
  unique (merchant_id, request_id, bucket),
  check ((state = 'PROCESSING') = (finished_at is null)),
  check ((state = 'FAILED') = (failure is not null))
);
create index pay_outs_by_merchant on pay_outs (merchant_id, created_at desc);
