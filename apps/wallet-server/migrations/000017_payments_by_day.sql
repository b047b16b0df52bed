-- What a user paid is looked for day by day. With the payer in front, the payments of a day wrote to as many places of the index as
-- there were payers, with a million of them to a page of its own each; with the day in front they write to one.
drop index payments_by_payer;
create index payments_by_day_and_payer on payments (((created_at at time zone 'UTC')::date), payer_id, created_at desc);
