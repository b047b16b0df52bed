-- A statement that must change so many rows says so itself, and fails otherwise: COMMIT can then be sent right behind it.
create function must_be_all(changed bigint, expected bigint, what text) returns bigint language plpgsql as $$
begin
  if changed <> expected then
    raise exception 'Of % only % %.', expected, changed, what;
  end if;
  return changed;
end $$;
