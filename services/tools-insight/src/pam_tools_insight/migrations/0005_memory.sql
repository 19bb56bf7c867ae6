-- migrate:up

create table pam_recommendations (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    type text not null check (length(type) between 1 and 50),
    content text not null check (length(content) between 1 and 2000),
    priority_level text not null default 'medium' check (priority_level in ('low', 'medium', 'high')),
    savings_amount numeric(8, 2) check (savings_amount > 0),
    location text check (length(location) <= 200),
    expires_at timestamptz,
    user_viewed boolean not null default false,
    created_at timestamptz not null default now()
);
create index pam_recommendations_by_member on pam_recommendations (user_id, created_at);
create index pam_recommendations_by_time on pam_recommendations (created_at, id);
alter table pam_recommendations enable row level security;
create policy own_rows on pam_recommendations using (user_id = current_member());
create policy operators on pam_recommendations to pam_insight_operator using (true);
grant select, update (user_viewed) on pam_recommendations to {role};
grant select, insert, update, delete on pam_recommendations to pam_insight_operator;

create view active_recommendations with (security_invoker = true) as
    select id, user_id, type, content, priority_level, savings_amount, location, expires_at, user_viewed, created_at
    from pam_recommendations where expires_at is null or expires_at > now();
grant select on active_recommendations to {role};

-- How PAM adapts to a member, and whether what they do with it may be noted.
create table pam_user_context (
    user_id uuid primary key,
    data_collection boolean not null default true,
    learned_preferences jsonb not null default '{}',
    updated_at timestamptz not null default now()
);
alter table pam_user_context enable row level security;
create policy own_rows on pam_user_context using (user_id = current_member());
grant select, insert, update on pam_user_context to {role};

create table pam_learning_events (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    event_type text not null check (length(event_type) <= 100),
    about text,
    detail jsonb not null default '{}',
    created_at timestamptz not null default now(),
    unique (user_id, event_type, about)
);
create index pam_learning_events_by_member on pam_learning_events (user_id, created_at);
create index pam_learning_events_by_time on pam_learning_events (created_at, id);
alter table pam_learning_events enable row level security;
create policy own_rows on pam_learning_events using (user_id = current_member());
create policy operators on pam_learning_events to pam_insight_operator using (true);
grant select, insert, update (detail) on pam_learning_events to {role};
grant select on pam_learning_events to pam_insight_operator;

-- What a member wants PAM to remember, with where it comes from. Nobody but the member sees it, operators neither.
create table pam_memory (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    kind text not null check (kind in ('fact', 'preference', 'exchange')),
    content text not null check (length(content) between 1 and 5000),
    session_id uuid,
    source jsonb not null default '{}',
    expires_at timestamptz,
    created_at timestamptz not null default now()
);
create index pam_memory_by_member on pam_memory (user_id, created_at);
alter table pam_memory enable row level security;
create policy own_rows on pam_memory using (user_id = current_member());

create view pam_conversation_memory with (security_invoker = true) as
    select id, user_id, session_id, content, source, expires_at, created_at from pam_memory where kind = 'exchange';

-- Speech that was made once and need not be made again.
create table audio_cache (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    text_hash text not null check (length(text_hash) = 64),
    voice text not null,
    audio bytea not null check (length(audio) <= 5000000),
    duration_seconds numeric(7, 2),
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    unique (user_id, text_hash, voice)
);
alter table audio_cache enable row level security;
create policy own_rows on audio_cache using (user_id = current_member());

-- migrate:down

drop table audio_cache;
drop view pam_conversation_memory;
drop table pam_memory;
drop table pam_learning_events;
drop table pam_user_context;
drop view active_recommendations;
drop table pam_recommendations;
