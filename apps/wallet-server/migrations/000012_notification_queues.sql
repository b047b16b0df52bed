-- What is due is looked for in two ways: the oldest of all, and receiver by receiver, so that a long queue for one that is down
-- hides nobody else's. What is being sent is in neither index; it is found by its claim. Addresses may be longer than an entry
-- of an index, so a receiver is known by the hash of its address.
drop index notifications_due;
create index notifications_due on notifications (due_at) where state = 'DUE' and claimed_until is null;
create index notifications_by_receiver on notifications (hashtextextended(url, 0), due_at)
  where state = 'DUE' and claimed_until is null;
