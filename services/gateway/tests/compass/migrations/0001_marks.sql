-- migrate:up

create table marks (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    place text not null
);
alter table marks enable row level security;
create policy own_rows on marks using (user_id = current_member());
grant select, insert, delete on marks to {role};

-- migrate:down

drop table marks;
