-- migrate:up

-- The member whose rows are visible in this transaction; null shows nothing.
create function current_member() returns uuid
    language sql stable
    return nullif(current_setting('pam.member', true), '')::uuid;

-- Idempotent receiver: a call's key is inserted in the transaction of its effect and keeps the reply.
create table inbox (
    user_id uuid not null,
    key text not null,
    tool text not null,
    reply jsonb,
    created_at timestamptz not null default now(),
    primary key (user_id, key)
);
create index inbox_created_at on inbox (created_at);
alter table inbox enable row level security;
create policy own_rows on inbox using (user_id = current_member());

-- Written with the effect, published by the relay, deleted once JetStream has it.
create table outbox (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    stream text not null,
    subject text not null,
    headers jsonb not null default '{}',
    body jsonb not null,
    created_at timestamptz not null default now()
);
alter table outbox enable row level security;
create policy own_rows on outbox using (user_id = current_member());

-- Begin a call: make the member's rows visible and claim the key. Returns the reply of an earlier call with that key.
create function claim_call(member uuid, call_key text, called text) returns jsonb
    language plpgsql as $$
declare
    earlier jsonb;
begin
    perform set_config('pam.member', member::text, true);
    insert into inbox (user_id, key, tool) values (member, call_key, called) on conflict do nothing;
    if not found then
        select reply into earlier from inbox where user_id = member and key = call_key;
    end if;
    return earlier;
end $$;

-- End a call: keep the reply under the key and put what others must hear of into the outbox.
create function finish_call(call_key text, call_reply jsonb, messages jsonb) returns void
    language sql as $$
    update inbox set reply = call_reply where user_id = current_member() and key = call_key;
    insert into outbox (user_id, stream, subject, headers, body)
    select current_member(), m.stream, m.subject, m.headers, m.body
    from jsonb_to_recordset(messages) as m (stream text, subject text, headers jsonb, body jsonb);
$$;

-- The relay sees every member's outbox, and only through these.
create function take_outbox(batch integer) returns setof outbox
    language sql security definer set search_path from current as $$
    delete from outbox where id in (select id from outbox order by id limit batch for update skip locked) returning *;
$$;

create function forget_inbox(older_than interval) returns bigint
    language sql security definer set search_path from current as $$
    with gone as (delete from inbox where created_at < now() - older_than returning 1) select count(*) from gone;
$$;

grant execute on function
    current_member(), claim_call(uuid, text, text), finish_call(text, jsonb, jsonb),
    take_outbox(integer), forget_inbox(interval) to {role};
grant select, insert, update on inbox to {role};
grant insert on outbox to {role};

-- migrate:down

drop function forget_inbox(interval);
drop function take_outbox(integer);
drop function finish_call(text, jsonb, jsonb);
drop function claim_call(uuid, text, text);
drop table outbox;
drop table inbox;
drop function current_member();
