-- Pays orders from user balances, many in one call (step 15 of the flow). Each item gets its own outcome; a refused
-- item never harms its neighbours; items see each other exactly as if they had come one after another.
--
-- For each paid item, in this one transaction: the two linked transfers (user → in transit in the payer's bucket,
-- in transit → merchant in the merchant's), the payment, the order PAID, and the notification (I4, I5, I10).
--
-- Outcomes: PAID · REPEATED (the same user had paid it: the first result again) · a refusal code · AGAIN (an earlier
-- item of the same call decides about it: ask again in the next call).
create function pay(
  p_trade_no text[], p_payer_id text[], p_payer_bucket smallint[], p_payment_id text[], p_notification_id text[],
  p_amount bigint[], p_currency text[], p_now timestamptz
) returns table (item bigint, outcome text, payment_id text, paid_at timestamptz, merchant_id text) language plpgsql
-- Planned once for a connection (planning costs more than running), perhaps while the tables are small, and still right
-- when they are large:
-- every row is looked up by its key.
set plan_cache_mode = force_generic_plan set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  v_locked bigint;
  v_posted bigint;
  v_item bigint[];
  v_outcome text[];
  -- The granted items, one array for each column.
  g_item bigint[];
  g_trade_no text[];
  g_bucket smallint[];
  g_payer_id text[];
  g_payer_bucket smallint[];
  g_payment_id text[];
  g_notification_id text[];
  g_merchant_id text[];
  g_amount bigint[];
  g_currency text[];
begin
  -- Lock: orders, then accounts, each in the order of their ids, before anything is read for a decision.
  select count(*) into v_locked
  from (select 1 from orders o where o.trade_no = any (p_trade_no) order by o.trade_no for update) as locked;

  select count(*) into v_locked
  from (
    select 1 from accounts a
    where a.id = any (
      array(select 'users:' || asked.payer_id || ':' || asked.currency from unnest(p_payer_id, p_currency) as asked (payer_id, currency))
      || array(select 'merchants:' || o.merchant_id || ':' || o.currency from orders o where o.trade_no = any (p_trade_no))
    )
    order by a.id for update
  ) as locked;

  -- Check.
  with asked as (
    select t.*, case when t.trade_no ~ '^[0-9]{28}$' then substr(t.trade_no, 17, 3)::smallint end as order_bucket
    from unnest(p_trade_no, p_payer_id, p_payer_bucket, p_payment_id, p_notification_id, p_amount, p_currency)
      with ordinality as t (trade_no, payer_id, payer_bucket, payment_id, notification_id, amount, currency, item)
  ),
  judged as (
    -- Narrow rows: what the arguments hold is read from them again by the number of the item.
    select asked.item, asked.trade_no, asked.payer_id || ':' || asked.currency as payer_account, asked.amount, o.bucket,
      o.merchant_id,
      payer.credits_posted - payer.debits_posted - payer.debits_pending as available,
      case
        -- Another database decides about rows of its buckets; that they are not found here says nothing.
        when not exists (select 1 from owned_buckets b where b.bucket = asked.payer_bucket)
          or (asked.order_bucket is not null
            and not exists (select 1 from owned_buckets b where b.bucket = asked.order_bucket)) then 'OUTCOME_UNKNOWN'
        when o.trade_no is null then 'ORDER_NOT_FOUND'
        when o.state = 'PAID' and o.payer_id <> asked.payer_id then 'ORDER_PAID'
        when o.state = 'PAID' and (o.amount <> asked.amount or o.currency <> asked.currency) then 'AMOUNT_MISMATCH'
        when o.state = 'PAID' then 'REPEATED'
        when o.state = 'CLOSED' and o.close_reason = 'EXPIRED' then 'ORDER_EXPIRED'
        when o.state = 'CLOSED' then 'ORDER_CLOSED'
        when o.expires_at <= p_now then 'ORDER_EXPIRED'
        when o.buyer_id <> asked.payer_id then 'ORDER_BUYER_MISMATCH'
        when o.amount <> asked.amount or o.currency <> asked.currency then 'AMOUNT_MISMATCH'
        when asked.payer_id = o.merchant_id then 'PAYER_IS_PAYEE'
        when payer.id is null then 'CURRENCY_NOT_SUPPORTED'
        when payer.frozen then 'USER_FROZEN'
        when payee.id is null or payee.frozen then 'MERCHANT_FROZEN'
      end as refusal
    from asked
    left join orders o on o.trade_no = asked.trade_no and o.bucket = asked.order_bucket
    left join accounts payer
      on payer.id = 'users:' || asked.payer_id || ':' || asked.currency and payer.bucket = asked.payer_bucket
    left join accounts payee
      on payee.id = 'merchants:' || o.merchant_id || ':' || o.currency and payee.bucket = o.bucket
  ),
  -- Neighbours can only lessen what a payer has, so what is too much now is too much wherever it stands in the call;
  -- what is neither refused nor too much is open.
  candidates as (
    select judged.*, refusal is null and amount > available as too_much, refusal is null and amount <= available as open
    from judged
  ),
  -- Of several items for one order the first open one decides; those behind it wait for what it has decided.
  contested as (
    select c.*, refusal is null and count(*) filter (where open) over (
      partition by c.trade_no order by c.item rows between unbounded preceding and 1 preceding) > 0 as waits
    from candidates c
  ),
  -- What a payer asks behind such an item waits with it, so that his items are decided in the order they came.
  queued as (
    select c.*, open and not bool_or(open and waits) over payer as may_be_paid
    from contested c window payer as (partition by c.payer_account order by c.item rows unbounded preceding)
  ),
  funded as (
    select q.*, may_be_paid and available >= sum(amount) filter (where may_be_paid) over payer as covered
    from queued q window payer as (partition by q.payer_account order by q.item rows unbounded preceding)
  ),
  -- The first item of a payer that his balance does not cover is refused; those behind it may still fit: AGAIN.
  outcomes as (
    select f.*,
      case
        when refusal is not null then refusal
        when too_much and not waits then 'BALANCE_NOT_ENOUGH'
        when covered then 'PAID'
        when may_be_paid and count(*) filter (where may_be_paid and not covered) over payer = 1 then 'BALANCE_NOT_ENOUGH'
        else 'AGAIN'
      end as outcome
    from funded f window payer as (partition by f.payer_account order by f.item rows unbounded preceding)
  )
  select array_agg(r.item), array_agg(r.outcome),
    array_agg(r.item) filter (where r.outcome = 'PAID'),
    array_agg(r.trade_no) filter (where r.outcome = 'PAID'),
    array_agg(r.bucket) filter (where r.outcome = 'PAID'),
    array_agg(p_payer_id[r.item]) filter (where r.outcome = 'PAID'),
    array_agg(p_payer_bucket[r.item]) filter (where r.outcome = 'PAID'),
    array_agg(p_payment_id[r.item]) filter (where r.outcome = 'PAID'),
    array_agg(p_notification_id[r.item]) filter (where r.outcome = 'PAID'),
    array_agg(r.merchant_id) filter (where r.outcome = 'PAID'),
    array_agg(r.amount) filter (where r.outcome = 'PAID'),
    array_agg(p_currency[r.item]) filter (where r.outcome = 'PAID')
  into v_item, v_outcome, g_item, g_trade_no, g_bucket, g_payer_id, g_payer_bucket, g_payment_id, g_notification_id,
    g_merchant_id, g_amount, g_currency
  from (select o.* from outcomes o order by o.item) as r;

  -- Write.
  if g_item is not null then
    update orders o
    set state = 'PAID', paid_at = p_now, payer_id = g.payer_id, payment_id = g.payment_id, sequence = o.sequence + 1
    from unnest(g_trade_no, g_bucket, g_payer_id, g_payment_id) as g (trade_no, bucket, payer_id, payment_id)
    where o.trade_no = g.trade_no and o.bucket = g.bucket;

    insert into payments (payment_id, bucket, trade_no, payer_id, payer_bucket, amount, currency, channel, state,
      created_at, finished_at)
    select g.payment_id, g.bucket, g.trade_no, g.payer_id, g.payer_bucket, g.amount, g.currency, 'BALANCE',
      'SUCCEEDED', p_now, p_now
    from unnest(g_payment_id, g_bucket, g_trade_no, g_payer_id, g_payer_bucket, g_amount, g_currency)
      as g (payment_id, bucket, trade_no, payer_id, payer_bucket, amount, currency);

    select post_transfers(array_agg(t.cause_id), array_agg(t.step), array_agg(t.bucket), array_agg(t.debit_account),
      array_agg(t.credit_account), array_agg(t.amount), array_agg(t.currency), p_now)
    into v_posted
    from (
        select g.payment_id as cause_id, 'PAYER' as step, g.payer_bucket as bucket,
          'users:' || g.payer_id || ':' || g.currency as debit_account,
          'in-transit:' || lpad(g.payer_bucket::text, 3, '0') || ':' || g.currency as credit_account, g.amount, g.currency
        from unnest(g_payment_id, g_payer_id, g_payer_bucket, g_amount, g_currency)
          as g (payment_id, payer_id, payer_bucket, amount, currency)
        union all
        select g.payment_id, 'MERCHANT', g.bucket,
          'in-transit:' || lpad(g.bucket::text, 3, '0') || ':' || g.currency,
          'merchants:' || g.merchant_id || ':' || g.currency, g.amount, g.currency
        from unnest(g_payment_id, g_merchant_id, g_bucket, g_amount, g_currency)
          as g (payment_id, merchant_id, bucket, amount, currency)
      ) as t;

    insert into notifications (notification_id, bucket, client_id, family, url, subject_id, sequence, event, state,
      due_at, created_at, finished_at)
    select g.notification_id, o.bucket, o.client_id, o.family, coalesce(o.notify_url, c.notify_url), o.trade_no,
      o.sequence,
      jsonb_build_object('type', 'ORDER_PAID', 'tradeNo', o.trade_no, 'requestId', o.request_id, 'clientId',
        o.client_id, 'merchantId', o.merchant_id, 'appId', o.app_id, 'payerId', o.payer_id, 'paymentId', o.payment_id,
        'title', o.title, 'amount', o.amount::text, 'currency', o.currency, 'extra', o.extra,
        'createdAt', o.created_at, 'paidAt', o.paid_at),
      case when coalesce(o.notify_url, c.notify_url) is null then 'GIVEN_UP' else 'DUE' end,
      case when coalesce(o.notify_url, c.notify_url) is null then null else p_now end,
      p_now,
      case when coalesce(o.notify_url, c.notify_url) is null then p_now end
    from unnest(g_trade_no, g_bucket, g_notification_id) as g (trade_no, bucket, notification_id)
    join orders o on o.trade_no = g.trade_no and o.bucket = g.bucket
    join clients c on c.client_id = o.client_id;
  end if;

  return query
  select r.item, r.outcome, o.payment_id, o.paid_at, o.merchant_id
  from unnest(v_item, v_outcome, p_trade_no) as r (item, outcome, trade_no)
  left join orders o
    on o.trade_no = r.trade_no and o.bucket = substr(r.trade_no, 17, 3)::smallint and r.outcome in ('PAID', 'REPEATED')
  order by r.item;
end $$;
