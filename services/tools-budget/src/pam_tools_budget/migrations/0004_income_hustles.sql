-- migrate:up

create table income_entries (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    amount numeric(8, 2) not null check (amount > 0),
    source text not null check (length(source) <= 100),
    type text check (length(type) <= 50),
    description text check (length(description) <= 500),
    date date not null,
    created_at timestamptz not null default now()
);
create index income_entries_by_day on income_entries (user_id, date) include (amount);

create table hustle_ideas (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    description text check (length(description) <= 2000),
    tags text[] not null default '{}',
    avg_earnings numeric(8, 2) not null default 0 check (avg_earnings >= 0),
    status text not null default 'pending' check (status in ('pending', 'approved', 'rejected')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index hustle_ideas_by_age on hustle_ideas (created_at desc, id desc) where status <> 'rejected';
create index hustle_ideas_by_member on hustle_ideas (user_id);

-- Films in which an idea was tried, collected by operators.
create table youtube_hustles (
    id uuid primary key default uuidv7(),
    idea_id uuid references hustle_ideas on delete set null,
    title text not null,
    description text,
    video_url text,
    test_date date,
    initial_results jsonb,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index youtube_hustles_by_idea on youtube_hustles (idea_id, created_at desc);

-- No foreign key to the idea: what was tried and earned outlives an idea whose author has left.
create table user_hustle_attempts (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    hustle_id uuid not null,
    title text not null,
    hours_spent numeric(7, 2) not null check (hours_spent between 0 and 10000),
    earnings numeric(8, 2) not null check (earnings >= 0),
    notes text check (length(notes) <= 1000),
    status text not null default 'active' check (status in ('active', 'paused', 'finished')),
    start_date date not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index user_hustle_attempts_by_day on user_hustle_attempts (user_id, start_date);

alter table income_entries enable row level security;
alter table hustle_ideas enable row level security;
alter table user_hustle_attempts enable row level security;
create policy own_rows on income_entries using (user_id = current_member());
create policy own_rows on user_hustle_attempts using (user_id = current_member());
-- An approved idea is everybody's to read; one that is not stays with its author.
create policy own_and_approved on hustle_ideas for select using (user_id = current_member() or status = 'approved');
create policy own_new on hustle_ideas for insert with check (user_id = current_member() and status = 'pending');

-- What operators decide crosses members, and only through these two.
create function ideas_to_review(most integer) returns setof hustle_ideas
    language sql stable security definer set search_path from current as $$
    select * from hustle_ideas where status = 'pending' order by created_at, id limit most;
$$;
create function review_idea(idea uuid, verdict text) returns text
    language sql security definer set search_path from current as $$
    update hustle_ideas set status = verdict, updated_at = now() where id = idea returning title;
$$;

grant select, insert on income_entries, user_hustle_attempts to {role};
grant select on hustle_ideas, youtube_hustles to {role};
grant insert (user_id, title, description, tags, avg_earnings) on hustle_ideas to {role};
grant execute on function ideas_to_review(integer), review_idea(uuid, text) to {role};

-- migrate:down

drop function review_idea(uuid, text);
drop function ideas_to_review(integer);
drop table user_hustle_attempts;
drop table youtube_hustles;
drop table hustle_ideas;
drop table income_entries;
