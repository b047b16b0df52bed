/**
 * The test bank's books, in a schema of their own: accounts, transfers between them that are only ever added, the orders
 * that asked for them, what it was told about orders to come, and what it still has to tell the wallet.
 */
export const testBankTables = `
  create schema if not exists test_bank;
  create table if not exists test_bank.accounts (
    account text primary key,
    -- The wallet's account holds what was collected and is paid from; all opening money comes from the bank's capital.
    kind text not null check (kind in ('CUSTOMER', 'WALLET', 'CAPITAL')),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    -- How orders of a customer's account are answered unless the bank was told otherwise.
    behaviour jsonb check ((kind = 'CUSTOMER') = (behaviour is not null)),
    balance bigint not null default 0,
    constraint balance_not_below_zero check (kind = 'CAPITAL' or balance >= 0)
  );
  create table if not exists test_bank.transfers (
    -- The order, or "open:" and the account: each moves money once.
    transfer_id text primary key,
    debit_account text not null references test_bank.accounts,
    credit_account text not null references test_bank.accounts,
    amount bigint not null check (amount > 0),
    posted_at timestamptz not null,
    check (debit_account <> credit_account)
  );
  create or replace function test_bank.transfers_are_only_added() returns trigger language plpgsql as $$
  begin
    raise exception 'transfers are only ever added' using errcode = 'restrict_violation';
  end $$;
  create or replace trigger transfers_are_only_added before update or delete or truncate on test_bank.transfers
    for each statement execute function test_bank.transfers_are_only_added();
  create table if not exists test_bank.orders (
    order_id text primary key,
    direction text not null check (direction in ('COLLECT', 'PAY')),
    account text not null,
    amount bigint not null check (amount > 0),
    currency text not null,
    memo text not null,
    behaviour jsonb not null,
    -- The truth, whatever was answered.
    state text not null check (state in ('PROCESSING', 'SUCCEEDED', 'FAILED')),
    failure text,
    -- When the bank makes up its mind; null for never.
    decide_at timestamptz,
    answers integer not null default 0,
    created_at timestamptz not null,
    decided_at timestamptz,
    check ((state = 'PROCESSING') = (decided_at is null)),
    check ((state = 'FAILED') = (failure is not null))
  );
  create index if not exists orders_to_decide on test_bank.orders (decide_at) where state = 'PROCESSING';
  create index if not exists orders_of_account on test_bank.orders (account, created_at desc);
  create table if not exists test_bank.told (
    told_id bigint generated always as identity primary key,
    account text not null references test_bank.accounts,
    behaviour jsonb not null,
    -- Only for an order of this direction and amount; null for any.
    direction text,
    amount bigint
  );
  create table if not exists test_bank.pushes (
    order_id text not null references test_bank.orders,
    number smallint not null check (number > 0),
    state text not null check (state in ('DUE', 'DELIVERED', 'GIVEN_UP')),
    attempts integer not null default 0,
    due_at timestamptz not null,
    primary key (order_id, number)
  );
  create index if not exists pushes_due on test_bank.pushes (due_at) where state = 'DUE';
`
