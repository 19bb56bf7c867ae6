-- migrate:up
create table notes (id bigint generated always as identity primary key, body text not null);
grant select on notes to {role};

-- migrate:down
drop table notes;
