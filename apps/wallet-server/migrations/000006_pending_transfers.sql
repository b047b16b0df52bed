-- Two-phase transfers, and the accounts for fees and for what crosses the wallet's border.
--
-- A transfer is POSTED at once, or PENDING: then it reserves, and a later transfer of the same cause answers it: POST moves
-- the money, VOID and EXPIRE give the reservation back. The pending row itself is never changed.
--
-- The statements that write money lie in the rooms' stores; the functions of earlier versions are gone.
drop function if exists post_transfers(text[], text[], smallint[], text[], text[], bigint[], text[], timestamptz);
drop function if exists create_orders(text[], smallint[], text[], text[], text[], text[], jsonb[], text[], text[], text[],
  bigint[], text[], text[], jsonb[], timestamptz[], timestamptz);
drop function if exists pay(text[], text[], smallint[], text[], text[], bigint[], text[], timestamptz);

alter table accounts
  drop constraint accounts_kind_check,
  drop constraint accounts_check1,
  add constraint accounts_kind_check
    check (kind in ('USER_BALANCE', 'MERCHANT_PAYABLE', 'IN_TRANSIT', 'CASH', 'FEES', 'BANK_CLEARING')),
  add constraint accounts_computed_check
    check (computed = (kind in ('IN_TRANSIT', 'CASH', 'FEES', 'BANK_CLEARING')));

-- Every bucket and currency that is in use gets the new accounts of the wallet.
insert into accounts (id, bucket, kind, currency, computed, created_at)
select address || ':' || lpad(used.bucket::text, 3, '0') || ':' || used.currency, used.bucket, kind, used.currency, true,
  used.created_at
from (select bucket, currency, min(created_at) as created_at from accounts group by bucket, currency) as used
cross join (values ('fees', 'FEES'), ('bank-clearing', 'BANK_CLEARING')) as own (address, kind)
on conflict (id, bucket) do nothing;

alter table transfers
  add column kind text not null default 'POSTED' check (kind in ('POSTED', 'PENDING', 'POST', 'VOID', 'EXPIRE')),
  -- The step of the pending transfer of the same cause that this one answers.
  add column resolves text,
  -- A pending transfer may say until when it holds; null holds until it is answered.
  add column expires_at timestamptz,
  add constraint transfers_resolves_check check ((resolves is not null) = (kind in ('POST', 'VOID', 'EXPIRE'))),
  add constraint transfers_expires_check check (expires_at is null or kind = 'PENDING');
-- A pending transfer is answered once.
create unique index transfers_answered_once on transfers (cause_id, resolves, bucket) where resolves is not null;
create index transfers_pending on transfers (expires_at) where kind = 'PENDING' and expires_at is not null;

-- What an account did is asked of owners' accounts and of the wallet's cash, fees and clearing. In transit passes one side
-- of every payment; nobody reads it row by row, so it is left out of the indexes.
drop index transfers_by_debit_account;
drop index transfers_by_credit_account;
create index transfers_by_debit_account on transfers (debit_account, posted_at) where debit_account not like 'in-transit:%';
create index transfers_by_credit_account on transfers (credit_account, posted_at)
  where credit_account not like 'in-transit:%';
