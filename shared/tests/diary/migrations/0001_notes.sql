-- migrate:up

create table notes (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    text text not null,
    stars integer not null
);
alter table notes enable row level security;
create policy own_rows on notes using (user_id = current_member());
grant select, insert, delete on notes to {role};

-- migrate:down

drop table notes;
