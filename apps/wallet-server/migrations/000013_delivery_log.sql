-- An attempt says which notification it belongs to by that one's key, so that a notification is found by the number that its
-- merchant knows, and says whether somebody asked for it by hand. How receivers answered in a time is read by the time.
alter table notification_attempts
  add column subject_id text,
  add column sequence integer,
  add column by_hand boolean not null default false;
update notification_attempts a set subject_id = n.subject_id, sequence = n.sequence
  from notifications n where n.notification_id = a.notification_id and n.bucket = a.bucket;
create index notification_attempts_by_time on notification_attempts (started_at);
