-- migrate:up

create table chat_sessions (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    session_type text not null default 'conversation' check (session_type in ('conversation', 'support', 'planning')),
    status text not null default 'active' check (status in ('active', 'paused', 'ended')),
    message_count integer not null default 0 check (message_count >= 0),
    metadata jsonb not null default '{}',
    last_activity timestamptz not null default now(),
    ended_at timestamptz,
    archived_at timestamptz,
    created_at timestamptz not null default now()
);
create index chat_sessions_by_member on chat_sessions (user_id, created_at);
create index chat_sessions_by_time on chat_sessions (created_at, id);
create index chat_sessions_idle on chat_sessions (last_activity) where archived_at is null;
alter table chat_sessions enable row level security;
create policy own_rows on chat_sessions using (user_id = current_member());
create policy operators on chat_sessions to pam_insight_operator using (true);
grant select, insert, update on chat_sessions to {role};
grant select, insert, update, delete on chat_sessions to pam_insight_operator;

-- The same facts under the name older clients know.
create view pam_conversation_sessions with (security_invoker = true) as
    select id, user_id, session_type, status = 'active' as is_active, created_at as session_start,
           ended_at as session_end, message_count as total_messages, metadata as session_context
    from chat_sessions;

create table user_active_sessions (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    device_info jsonb not null default '{}',
    is_active boolean not null default true,
    expires_at timestamptz not null,
    last_activity timestamptz not null default now(),
    created_at timestamptz not null default now()
);
create index user_active_sessions_by_member on user_active_sessions (user_id, created_at);
create index user_active_sessions_by_time on user_active_sessions (created_at, id);
create index user_active_sessions_expiring on user_active_sessions (expires_at) where is_active;
alter table user_active_sessions enable row level security;
create policy own_rows on user_active_sessions using (user_id = current_member());
create policy operators on user_active_sessions to pam_insight_operator using (true);
grant select, insert, update on user_active_sessions to {role};
grant select, update, delete on user_active_sessions to pam_insight_operator;

-- migrate:down

drop table user_active_sessions;
drop view pam_conversation_sessions;
drop table chat_sessions;
