-- The ledger: accounts and transfers. It has never heard of an order.
--
-- Every money row lies in a bucket (0–999), a closed ledger of its own: transfers never cross buckets, so each
-- bucket sums to zero by itself and can move to another database as a whole. `bucket` stands last in every key.

-- The buckets this database holds. Functions refuse the others, so a server with an old map cannot write here.
create table owned_buckets (
  bucket smallint primary key check (bucket between 0 and 999)
);
insert into owned_buckets select generate_series(0, 999);

create table accounts (
  -- An address that can be read aloud: users:2088…:CNY · merchants:2088…:CNY · in-transit:042:CNY · cash:042:CNY
  id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  kind text not null check (kind in ('USER_BALANCE', 'MERCHANT_PAYABLE', 'IN_TRANSIT', 'CASH')),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  -- True for accounts of the wallet itself, which every payment of a bucket would touch: their balance is computed
  -- from the transfers, never stored, so that no row becomes hot.
  computed boolean not null,
  -- A frozen account refuses debits.
  frozen boolean not null default false,
  debits_pending bigint not null default 0 check (debits_pending >= 0),
  debits_posted bigint not null default 0 check (debits_posted >= 0),
  credits_pending bigint not null default 0 check (credits_pending >= 0),
  credits_posted bigint not null default 0 check (credits_posted >= 0),
  created_at timestamptz not null,
  primary key (id, bucket),
  check (right(id, 4) = ':' || currency),
  check (computed = (kind in ('IN_TRANSIT', 'CASH'))),
  check (not computed or debits_pending + debits_posted + credits_pending + credits_posted = 0),
  -- I2: what users and merchants hold is what the wallet owes them, and it never goes below zero.
  constraint balance_not_below_zero check (computed or debits_posted + debits_pending <= credits_posted)
) with (fillfactor = 80);

-- I1: a transfer debits one account and credits another by the same positive amount in one currency.
-- Named by what caused it (a payment, a top-up) and the step in it, so that repeating the cause cannot repeat the money.
create table transfers (
  cause_id text not null,
  step text not null,
  bucket smallint not null check (bucket between 0 and 999),
  debit_account text not null,
  credit_account text not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  posted_at timestamptz not null,
  primary key (cause_id, step, bucket),
  check (debit_account <> credit_account),
  check (right(debit_account, 4) = ':' || currency and right(credit_account, 4) = ':' || currency)
);
create index transfers_by_debit_account on transfers (debit_account, posted_at);
create index transfers_by_credit_account on transfers (credit_account, posted_at);

-- Transfers are only ever added. Mistakes are corrected by transfers the other way.
create function transfers_are_only_added() returns trigger language plpgsql as $$
begin
  raise exception 'transfers are only ever added: correct by a transfer the other way' using errcode = 'restrict_violation';
end $$;
create trigger transfers_are_only_added before update or delete or truncate on transfers
  for each statement execute function transfers_are_only_added();
revoke update, delete, truncate on transfers from public;
