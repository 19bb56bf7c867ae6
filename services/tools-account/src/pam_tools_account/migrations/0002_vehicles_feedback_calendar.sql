-- migrate:up

create table vehicles (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    name text not null check (length(name) between 1 and 100),
    make text check (length(make) <= 50),
    model text check (length(model) <= 50),
    year integer check (year >= 1900),
    vehicle_type text not null,
    fuel_type text not null,
    height_ft double precision check (height_ft > 0),
    weight_lbs integer check (weight_lbs > 0),
    length_ft double precision check (length_ft > 0),
    is_primary boolean not null,
    created_at timestamptz not null default now()
);
create index vehicles_by_member on vehicles (user_id, created_at);
create unique index vehicles_one_primary on vehicles (user_id) where is_primary;

create table pam_feedback (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    message_id text not null check (length(message_id) <= 100),
    thumbs_up boolean,
    rating integer check (rating between 1 and 5),
    feedback_text text check (length(feedback_text) <= 1000),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (user_id, message_id)
);

-- An all-day entry belongs to days, wherever the member is: its times are midnights in UTC, the end excluded.
create table calendar_events (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    description text check (length(description) <= 2000),
    event_type text not null check (length(event_type) <= 50),
    start_date timestamptz not null,
    end_date timestamptz not null check (end_date >= start_date),
    all_day boolean not null,
    location_name text check (length(location_name) <= 200),
    reminder_minutes integer[] not null check (cardinality(reminder_minutes) <= 5),
    color text check (length(color) <= 20),
    is_private boolean not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index calendar_events_by_start on calendar_events (user_id, start_date);

alter table vehicles enable row level security;
alter table pam_feedback enable row level security;
alter table calendar_events enable row level security;
create policy own_rows on vehicles using (user_id = current_member());
create policy own_rows on pam_feedback using (user_id = current_member());
create policy own_rows on calendar_events using (user_id = current_member());

grant select, insert, update on vehicles, pam_feedback to {role};
grant select, insert, update, delete on calendar_events to {role};

-- migrate:down

drop table calendar_events;
drop table pam_feedback;
drop table vehicles;
