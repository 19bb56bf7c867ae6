-- migrate:up

create function current_member() returns uuid
    language sql stable
    return nullif(current_setting('pam.member', true), '')::uuid;

create table pam_conversations (
    user_id uuid not null,
    id uuid not null,
    title text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (user_id, id)
);
create index pam_conversations_by_id on pam_conversations (id);
create index pam_conversations_by_use on pam_conversations (user_id, updated_at desc, id desc);

create table pam_messages (
    user_id uuid not null,
    conversation_id uuid not null,
    id uuid not null,
    role text not null check (role in ('user', 'assistant', 'system')),
    content text not null,
    metadata jsonb not null default '{}',
    created_at timestamptz not null,
    log_sequence bigint not null,
    primary key (user_id, conversation_id, id)
);
create index pam_messages_by_time on pam_messages (user_id, conversation_id, created_at desc, log_sequence desc);

alter table pam_conversations enable row level security;
alter table pam_messages enable row level security;
create policy own_rows on pam_conversations using (user_id = current_member());
create policy own_rows on pam_messages using (user_id = current_member());

create table message_dead_letter_queue (
    id uuid primary key,
    user_id uuid,
    stream text not null,
    consumer text not null,
    subject text not null,
    headers jsonb not null,
    payload text not null,
    attempts integer not null,
    last_error text not null,
    created_at timestamptz not null,
    resolution text check (resolution in ('replayed', 'discarded')),
    resolved_at timestamptz
);
create index message_dead_letter_queue_open on message_dead_letter_queue (created_at desc, id desc)
    where resolution is null;

create table security_audit_log (
    id uuid primary key,
    at timestamptz not null,
    service text not null,
    action text not null,
    user_id uuid,
    session_id uuid,
    request_id text not null,
    trace_id text not null,
    outcome text not null,
    parameters jsonb not null,
    error text,
    duration_ms double precision
);
create index security_audit_log_by_member on security_audit_log (user_id, at);

-- The recorder writes for every member, and only through these; what is known already is left as it is.
create function record_messages(batch jsonb) returns bigint
    language sql security definer set search_path from current as $$
    with incoming as (
        select * from jsonb_to_recordset(batch) as m (
            user_id uuid, conversation_id uuid, id uuid, role text, content text, metadata jsonb,
            created_at timestamptz, log_sequence bigint)
    ), touched as (
        insert into pam_conversations (user_id, id, title, created_at, updated_at)
        select user_id, conversation_id,
               coalesce((array_agg(left(content, 80) order by log_sequence) filter (where role = 'user'))[1], ''),
               min(created_at), max(created_at)
        from incoming group by user_id, conversation_id
        on conflict (user_id, id) do update
            set updated_at = greatest(pam_conversations.updated_at, excluded.updated_at),
                title = coalesce(nullif(pam_conversations.title, ''), excluded.title)
        returning 1
    ), recorded as (
        insert into pam_messages (user_id, conversation_id, id, role, content, metadata, created_at, log_sequence)
        select user_id, conversation_id, id, role, content, metadata, created_at, log_sequence
        from incoming order by log_sequence
        on conflict do nothing
        returning 1
    )
    select (select count(*) from recorded) + 0 * (select count(*) from touched);
$$;

create function conversation_access(conversation uuid) returns text
    language sql stable security definer set search_path from current as $$
    select case
        when count(*) filter (where user_id = current_member()) > 0 then 'own'
        when count(*) > 0 then 'foreign'
        else 'free' end
    from pam_conversations where id = conversation;
$$;

grant execute on function current_member(), record_messages(jsonb), conversation_access(uuid) to {role};
grant select on pam_conversations, pam_messages to {role};
grant select, insert, update on message_dead_letter_queue to {role};
-- Append-only by right: nobody who serves members can change what happened.
grant insert on security_audit_log to {role};

-- migrate:down

drop function conversation_access(uuid);
drop function record_messages(jsonb);
drop table security_audit_log;
drop table message_dead_letter_queue;
drop table pam_messages;
drop table pam_conversations;
drop function current_member();
