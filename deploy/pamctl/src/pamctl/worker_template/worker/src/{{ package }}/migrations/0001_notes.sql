-- migrate:up

create table notes (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    topic text not null check (length(topic) between 1 and 80),
    text text not null check (length(text) between 1 and 500),
    updated_at timestamptz not null default now(),
    unique (user_id, topic)
);
create index notes_latest on notes (user_id, updated_at, id);

alter table notes enable row level security;
create policy own_rows on notes using (user_id = current_member());

grant select, insert, update, delete on notes to {role};

-- migrate:down

drop table notes;
