-- migrate:up

-- Written with a deletion, published by the relay, deleted once JetStream has it.
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

-- The relay sees every member's outbox, and only through this.
create function take_outbox(batch integer) returns setof outbox
    language sql security definer set search_path from current as $$
    delete from outbox where id in (select id from outbox order by id limit batch for update skip locked) returning *;
$$;

grant execute on function take_outbox(integer) to {role};
grant insert on outbox to {role};
grant delete on accounts, sessions to {role};

-- migrate:down

revoke delete on accounts, sessions from {role};
drop function take_outbox(integer);
drop table outbox;
