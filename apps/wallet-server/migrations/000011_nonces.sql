-- Nonces that clients have signed: a call that comes again is known, whichever server it comes to. In the bucket of the
-- client's merchant, like its orders. What is older than any call that would still be taken is deleted.
create table nonces (
  client_id text not null,
  nonce text not null check (length(nonce) between 1 and 64),
  bucket smallint not null check (bucket between 0 and 999),
  -- The time in the signed call, by the client's clock.
  signed_at timestamptz not null,
  primary key (client_id, nonce, bucket)
);
create index nonces_by_time on nonces (signed_at);
