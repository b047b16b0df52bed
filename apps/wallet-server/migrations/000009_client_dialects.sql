-- How a client's super-app wallet spells what that family leaves open. Only the members that differ from the default are kept.
alter table clients add column superapp_dialect jsonb check (jsonb_typeof(superapp_dialect) = 'object');
