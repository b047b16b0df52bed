-- Who there is: users and their logins, merchants, their clients and keys, mini programs with versions and releases.
-- Small tables that every database of a larger wallet holds a copy of, except users, who live in their bucket.

create table users (
  user_id text not null,
  bucket smallint not null check (bucket between 0 and 999),
  name text not null,
  state text not null check (state in ('ACTIVE', 'FROZEN')),
  pin_hash text not null,
  -- Tries reserved since the last right PIN. A try is counted before it is checked, so parallel guesses cannot pass.
  pin_tries smallint not null default 0 check (pin_tries between 0 and 5),
  pin_locked_until timestamptz,
  created_at timestamptz not null,
  primary key (user_id, bucket)
);

create table logins (
  login_id text primary key,
  user_id text not null unique
);

create table merchants (
  merchant_id text primary key,
  bucket smallint not null check (bucket between 0 and 999),
  name text not null,
  state text not null check (state in ('ACTIVE', 'FROZEN')),
  created_at timestamptz not null
);

-- An API identity of a merchant. A merchant may have several.
create table clients (
  client_id text primary key,
  merchant_id text not null references merchants,
  bucket smallint not null check (bucket between 0 and 999),
  name text not null,
  state text not null check (state in ('ACTIVE', 'DISABLED')),
  -- Where notifications go when the order names no address.
  notify_url text,
  created_at timestamptz not null
);

create table client_keys (
  client_id text not null references clients,
  version integer not null check (version >= 0),
  -- SPKI PEM. The private key stays with the merchant.
  public_key text not null,
  state text not null check (state in ('ACTIVE', 'REVOKED')),
  created_at timestamptz not null,
  primary key (client_id, version)
);

create table mini_programs (
  app_id text primary key,
  merchant_id text not null references merchants,
  name text not null,
  slogan text not null,
  state text not null check (state in ('CREATED', 'LIVE', 'OFFLINE')),
  -- When true the program may present only orders of its own clients.
  pay_only_own_orders boolean not null,
  created_at timestamptz not null
);

-- The clients whose orders a mini program may pay.
create table mini_program_clients (
  app_id text not null references mini_programs,
  client_id text not null references clients,
  primary key (app_id, client_id)
);

-- Immutable bytes and their manifest. The package itself lies outside the database, by its hash.
create table mini_program_versions (
  app_id text not null references mini_programs,
  version text not null,
  package_hash text not null check (package_hash ~ '^[0-9a-f]{64}$'),
  manifest jsonb not null,
  created_at timestamptz not null,
  primary key (app_id, version)
);

-- The decision to show one version to people, with a snapshot of the settings it runs under.
create table releases (
  release_id text primary key,
  app_id text not null references mini_programs,
  version text not null,
  state text not null check (state in ('LIVE', 'ENDED')),
  -- { "requestDomains": ["127.0.0.1:4101"], "extConfig": { … } }
  settings jsonb not null,
  created_at timestamptz not null,
  foreign key (app_id, version) references mini_program_versions
);
create unique index one_live_release on releases (app_id) where state = 'LIVE';

create table sessions (
  -- SHA-256 of the cookie's value; the value itself is nowhere but in the browser.
  token_hash bytea primary key,
  user_id text not null,
  csrf_token text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_by_user on sessions (user_id);

-- Codes of my.getAuthCode: single use, short-lived, bound to the mini program.
create table auth_codes (
  code_hash bytea primary key,
  app_id text not null,
  user_id text not null,
  scopes text[] not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
