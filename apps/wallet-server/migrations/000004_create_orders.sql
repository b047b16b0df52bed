-- Creates orders, many in one call (steps 5 and 6 of the flow). A request number that exists already is not created
-- again: the row that holds it comes back with created = false, and the caller compares its content.
-- Answers one row for each item, in the order of the items; two items with one number see each other.
create function create_orders(
  p_trade_no text[], p_bucket smallint[], p_merchant_id text[], p_client_id text[], p_request_id text[],
  p_family text[], p_content jsonb[], p_app_id text[], p_buyer_id text[], p_title text[], p_amount bigint[],
  p_currency text[], p_notify_url text[], p_extra jsonb[], p_expires_at timestamptz[], p_now timestamptz
) returns table (item bigint, created boolean, existing orders) language plpgsql
-- Plans are made once for a connection, perhaps while the table is small: every row is looked up by its key.
set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
begin
  if exists (select 1 from unnest(p_bucket) as asked (bucket) where asked.bucket not in (select o.bucket from owned_buckets o)) then
    raise exception 'this database does not own the bucket' using errcode = 'object_not_in_prerequisite_state';
  end if;

  insert into orders (trade_no, bucket, merchant_id, client_id, request_id, family, content, app_id, buyer_id, title,
    amount, currency, notify_url, extra, state, created_at, expires_at)
  select t.trade_no, t.bucket, t.merchant_id, t.client_id, t.request_id, t.family, t.content, t.app_id, t.buyer_id,
    t.title, t.amount, t.currency, t.notify_url, t.extra, 'CREATED', p_now, t.expires_at
  from unnest(p_trade_no, p_bucket, p_merchant_id, p_client_id, p_request_id, p_family, p_content, p_app_id,
    p_buyer_id, p_title, p_amount, p_currency, p_notify_url, p_extra, p_expires_at)
    as t (trade_no, bucket, merchant_id, client_id, request_id, family, content, app_id, buyer_id, title, amount,
      currency, notify_url, extra, expires_at)
  -- In a fixed order, so that two batches with the same numbers wait for each other instead of deadlocking.
  order by t.client_id, t.request_id
  on conflict (client_id, request_id, bucket) do nothing;

  return query
  select asked.item, o.trade_no = asked.trade_no, o
  from unnest(p_client_id, p_request_id, p_bucket, p_trade_no) with ordinality
    as asked (client_id, request_id, bucket, trade_no, item)
  join orders o on o.client_id = asked.client_id and o.request_id = asked.request_id and o.bucket = asked.bucket
  order by asked.item;
end $$;
