-- migrate:up

-- A summary reads the index alone, never the rows.
create index expenses_by_day on expenses (user_id, date, category) include (amount);
drop index expenses_by_date;

-- What an event of another worker caused is written down once, however late the event comes again.
alter table expenses add column source_id uuid;
create unique index expenses_by_source on expenses (user_id, source_id) where source_id is not null;

-- migrate:down

drop index expenses_by_source;
alter table expenses drop column source_id;
create index expenses_by_date on expenses (user_id, date, category);
drop index expenses_by_day;
