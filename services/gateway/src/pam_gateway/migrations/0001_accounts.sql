-- migrate:up

create function current_member() returns uuid
    language sql stable
    return nullif(current_setting('pam.member', true), '')::uuid;

create table accounts (
    user_id uuid primary key default gen_random_uuid(),
    email text not null,
    password_hash text not null,
    name text not null default '',
    roles text[] not null default '{member}',
    created_at timestamptz not null default now()
);
create unique index accounts_email on accounts (lower(email));

create table sessions (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references accounts,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index sessions_by_member on sessions (user_id);

-- Each refresh token of a session, used up or not: a used one that comes again was stolen.
create table refresh_tokens (
    hash bytea primary key,
    session_id uuid not null references sessions on delete cascade,
    user_id uuid not null,
    issued_at timestamptz not null default now(),
    used_at timestamptz
);
create index refresh_tokens_by_session on refresh_tokens (session_id);

alter table accounts enable row level security;
alter table sessions enable row level security;
alter table refresh_tokens enable row level security;
create policy own_rows on accounts using (user_id = current_member());
create policy own_rows on sessions using (user_id = current_member());
create policy own_rows on refresh_tokens using (user_id = current_member());

-- Before somebody is signed in there is no member yet: these two are all the gateway can do then.
create function account_by_email(address text) returns setof accounts
    language sql stable security definer set search_path from current as $$
    select * from accounts where lower(email) = lower(address);
$$;

create function create_account(address text, hash text, called text) returns uuid
    language sql security definer set search_path from current as $$
    insert into accounts (email, password_hash, name) values (address, hash, called)
    on conflict do nothing returning user_id;
$$;

grant execute on function current_member(), account_by_email(text), create_account(text, text, text) to {role};
grant select, update on accounts to {role};
grant select, insert, update on sessions, refresh_tokens to {role};

-- migrate:down

drop function create_account(text, text, text);
drop function account_by_email(text);
drop table refresh_tokens;
drop table sessions;
drop table accounts;
drop function current_member();
