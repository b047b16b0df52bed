-- The users who speak for a merchant: signed in, they may ask why a signature of one of its clients does not verify. Users live in
-- their buckets, so nothing refers to their rows.
create table merchant_owners (
  merchant_id text not null references merchants,
  user_id text not null,
  created_at timestamptz not null,
  primary key (merchant_id, user_id)
);
create index merchant_owners_by_user on merchant_owners (user_id);
