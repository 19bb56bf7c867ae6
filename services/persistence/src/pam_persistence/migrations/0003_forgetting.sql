-- migrate:up

-- Members who left: a bare id each, for as long as a stream may still bring something of theirs.
create table forgotten_members (
    user_id uuid primary key,
    forgotten_at timestamptz not null default now()
);
alter table forgotten_members enable row level security;

-- Whether a dead letter is a member's. That they left must stay: what could not forget them yet is to be tried again.
create function is_of(member uuid, letter message_dead_letter_queue) returns boolean
    language sql stable
    return letter.subject <> 'pam.event.member.deleted.v1' and (
        letter.user_id = member or letter.user_id is null and position(member::text in letter.payload) > 0);

-- Whoever records takes this lock before it looks who was forgotten: a batch is recorded wholly before a member is
-- forgotten, and its rows are deleted with the others, or after, and then it leaves theirs out.
create function forget_member(member uuid) returns void
    language sql security definer set search_path from current as $$
    delete from forgotten_members where forgotten_at < now() - interval '31 days';
    insert into forgotten_members (user_id) values (member)
        on conflict (user_id) do update set forgotten_at = now();
    delete from pam_messages where user_id = member;
    delete from pam_conversations where user_id = member;
    update security_audit_log set parameters = '{}' where user_id = member and parameters <> '{}';
    delete from message_dead_letter_queue as letter where is_of(member, letter);
$$;

-- As before, without the messages of members who left.
create or replace function record_messages(batch jsonb) returns bigint
    language sql security definer set search_path from current as $$
    lock table forgotten_members in share mode;
    with incoming as (
        select * from jsonb_to_recordset(batch) as m (
            user_id uuid, conversation_id uuid, id uuid, role text, content text, metadata jsonb,
            created_at timestamptz, log_sequence bigint)
        where not exists (select from forgotten_members as gone where gone.user_id = m.user_id)
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

create function audit_without_forgotten() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    lock table forgotten_members in share mode;
    if exists (select from forgotten_members where user_id = new.user_id) then
        new.parameters := '{}';
    end if;
    return new;
end $$;

create function letters_without_forgotten() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    lock table forgotten_members in share mode;
    if exists (select from forgotten_members as gone where is_of(gone.user_id, new)) then
        return null;
    end if;
    return new;
end $$;

create trigger without_forgotten before insert on security_audit_log
    for each row when (new.user_id is not null and new.parameters <> '{}')
    execute function audit_without_forgotten();
create trigger without_forgotten before insert on message_dead_letter_queue
    for each row execute function letters_without_forgotten();

grant execute on function forget_member(uuid) to {role};

-- migrate:down

drop trigger without_forgotten on message_dead_letter_queue;
drop trigger without_forgotten on security_audit_log;
drop function letters_without_forgotten();
drop function audit_without_forgotten();
create or replace function record_messages(batch jsonb) returns bigint
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
drop function forget_member(uuid);
drop function is_of(uuid, message_dead_letter_queue);
drop table forgotten_members;
