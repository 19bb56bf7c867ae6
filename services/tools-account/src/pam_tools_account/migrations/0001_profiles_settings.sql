-- migrate:up

create table profiles (
    user_id uuid primary key,
    username text check (username ~ '^[A-Za-z0-9_]{3,30}$'),
    bio text check (length(bio) <= 500),
    avatar_url text check (length(avatar_url) <= 2083),
    location text check (length(location) <= 200),
    rv_type text check (length(rv_type) <= 100),
    rv_year integer check (rv_year >= 1900),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index profiles_username on profiles (lower(username));

-- Give the member a username; false where somebody has it, in capitals or not.
create function claim_username(wanted text) returns boolean
    language plpgsql as $$
begin
    update profiles set username = wanted, updated_at = now() where user_id = current_member();
    return true;
exception when unique_violation then
    return false;
end $$;

create table user_settings (
    user_id uuid primary key,
    email_notifications boolean not null default true,
    push_notifications boolean not null default true,
    theme text not null default 'auto' check (theme in ('light', 'dark', 'auto')),
    language text not null default 'en' check (language ~ '^[a-z]{2}(-[A-Z]{2})?$'),
    budget_alerts boolean not null default true,
    trip_reminders boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table privacy_settings (
    user_id uuid primary key,
    profile_visibility text not null default 'public' check (profile_visibility in ('public', 'friends', 'private')),
    -- Null: never said. Nothing is shared by itself, but a place shared by word is.
    location_sharing boolean,
    show_activity boolean not null default true,
    allow_messages text not null default 'everyone' check (allow_messages in ('everyone', 'friends', 'none')),
    data_collection boolean not null default true,
    trip_sharing boolean not null default false,
    financial_data_visibility text not null default 'none'
        check (financial_data_visibility in ('none', 'summary', 'detailed')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- Written by whoever bills; the tools only read it.
create table user_subscriptions (
    id uuid primary key default uuidv7(),
    user_id uuid not null unique,
    plan_type text not null,
    status text not null check (status in ('trialing', 'active', 'past_due', 'cancelled')),
    current_period_start timestamptz,
    current_period_end timestamptz,
    cancel_at_period_end boolean not null default false,
    trial_ends_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table financial_audit_log (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    operation text not null,
    inputs jsonb not null,
    result jsonb not null,
    at timestamptz not null default now()
);
create index financial_audit_log_by_member on financial_audit_log (user_id, at);

alter table profiles enable row level security;
alter table user_settings enable row level security;
alter table privacy_settings enable row level security;
alter table user_subscriptions enable row level security;
alter table financial_audit_log enable row level security;
create policy own_rows on profiles using (user_id = current_member());
create policy own_rows on user_settings using (user_id = current_member());
create policy own_rows on privacy_settings using (user_id = current_member());
create policy own_rows on user_subscriptions using (user_id = current_member());
create policy own_rows on financial_audit_log using (user_id = current_member());

grant select, insert, update on profiles, user_settings, privacy_settings to {role};
grant execute on function claim_username(text) to {role};
grant select on user_subscriptions to {role};
-- Append-only: what was calculated stays.
grant select, insert on financial_audit_log to {role};

-- migrate:down

drop table financial_audit_log;
drop table user_subscriptions;
drop table privacy_settings;
drop table user_settings;
drop function claim_username(text);
drop table profiles;
