-- What users let clients see of them: a code of my.getAuthCode becomes one authorization, and each refresh of it a new pair
-- of tokens. Of codes and tokens only the SHA-256 is kept.

-- What has expired is taken away when the next one is written.
create index auth_codes_by_expiry on auth_codes (expires_at);

create table authorizations (
  -- The code it was made from: one code, one authorization.
  code_hash bytea primary key,
  -- Whose tokens they are: another client's call does not find them.
  client_id text not null,
  app_id text not null,
  user_id text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  -- When the last of its refresh tokens ends.
  expires_at timestamptz not null,
  -- Ends every token of it, also one that is being written in the same moment.
  revoked_at timestamptz
);
create index authorizations_by_expiry on authorizations (expires_at);

create table authorization_tokens (
  access_hash bytea primary key,
  refresh_hash bytea not null unique,
  code_hash bytea not null,
  created_at timestamptz not null,
  access_expires_at timestamptz not null,
  refresh_expires_at timestamptz not null,
  -- Set once: a refresh token is good for one new pair.
  refreshed_at timestamptz,
  check (access_expires_at <= refresh_expires_at)
);
create index authorization_tokens_by_expiry on authorization_tokens (refresh_expires_at);
