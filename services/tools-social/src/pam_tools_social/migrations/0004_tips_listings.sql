-- migrate:up

create table community_tips (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    content text not null check (length(content) between 1 and 2000),
    category text not null check (category in (
        'camping', 'boondocking', 'route', 'fuel', 'maintenance', 'safety', 'internet', 'pets', 'budget', 'other'
    )),
    location_name text check (length(location_name) <= 200),
    tags text[] not null default '{}' check (cardinality(tags) <= 10),
    created_at timestamptz not null default now(),
    search tsvector not null generated always as (to_tsvector('english', title || ' ' || content)) stored
);
create index community_tips_by_date on community_tips (created_at desc, id desc);
create index community_tips_by_category on community_tips (category, created_at desc, id desc);
create index community_tips_by_author on community_tips (user_id);
create index community_tips_by_word on community_tips using gin (search);

-- Groups elsewhere that travellers are pointed to, entered by operators.
create table facebook_groups (
    id uuid primary key default uuidv7(),
    group_name text not null check (length(group_name) between 1 and 200),
    group_url text not null unique,
    description text check (length(description) <= 2000),
    location text check (length(location) <= 200),
    member_count integer check (member_count >= 0),
    created_at timestamptz not null default now()
);

create table marketplace_listings (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    description text check (length(description) <= 2000),
    category text check (length(category) <= 100),
    condition text check (length(condition) <= 100),
    location text check (length(location) <= 200),
    price numeric(8, 2) check (price > 0),
    photos text[] not null default '{}',
    status text not null default 'active' check (status in ('active', 'sold', 'withdrawn')),
    created_at timestamptz not null default now()
);
create index marketplace_listings_by_seller on marketplace_listings (user_id, created_at desc, id desc);

create trigger become_known after insert on community_tips for each row execute function become_known();

alter table community_tips enable row level security;
alter table marketplace_listings enable row level security;
create policy own_rows on community_tips using (user_id = current_member());
-- A tip is given to everybody; only a block is between.
create policy for_everybody on community_tips for select using (current_member() is not null and not are_apart(user_id));
create policy own_rows on marketplace_listings using (user_id = current_member());

-- The newest tips with these words (none: any). A function for the same reasons as search_posts.
create function search_tips(words text, of_category text, place text, how_many integer)
    returns setof uuid language sql stable security definer set search_path from current
    set plan_cache_mode to force_custom_plan as $$
    select id from (
        select t.id, t.user_id from community_tips t
        where ($1 is null or t.search @@ websearch_to_tsquery('english', $1))
            and ($2 is null or t.category = $2)
            and ($3 is null or position(lower($3) in lower(t.location_name)) > 0)
        order by t.created_at desc, t.id desc offset 0
    ) found where not are_apart(user_id) limit $4;
$$;

grant select, insert on community_tips to {role};
grant select on facebook_groups, marketplace_listings to {role};
grant execute on function search_tips(text, text, text, integer) to {role};

-- migrate:down

drop function search_tips(text, text, text, integer);
drop table marketplace_listings cascade;
drop table facebook_groups;
drop table community_tips cascade;
