-- migrate:up

-- What the member stated. Of a kind and a subject one fact stands; older ones point at what replaced them, and leave with it.
create table facts (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    kind text not null check (length(kind) between 1 and 20),
    subject text not null check (length(subject) between 1 and 80),
    statement text not null check (length(statement) between 1 and 500),
    words text not null,
    turn_id uuid,
    said_at timestamptz not null,
    confidence double precision not null check (confidence between 0 and 1),
    confirmed boolean not null,
    -- The older fact names its successor before that one is there: only one of them may stand at a time.
    superseded_by uuid references facts on delete cascade deferrable initially deferred,
    search tsvector not null generated always as (
        setweight(to_tsvector('english', subject), 'A') || setweight(to_tsvector('english', statement), 'B')
        || setweight(to_tsvector('english', replace(kind, '_', ' ')), 'C')) stored
);
create unique index facts_standing on facts (user_id, kind, subject) where superseded_by is null;
-- Also what a search reads: under row-level security no index on "search" is used, as @@ is not leakproof. A member's facts
-- are a thousand at most.
create index facts_pages on facts (user_id, id) where superseded_by is null;
create index facts_superseded on facts (superseded_by);

alter table facts enable row level security;
create policy own_rows on facts using (user_id = current_member());

create view standing_facts with (security_invoker = true) as select * from facts where superseded_by is null;

-- Any of the words, not all of them; what is excluded stays excluded.
create function any_word(query tsquery) returns tsquery language sql immutable
    return case when query::text like '%!%' then query else replace(query::text, '&', '|')::tsquery end;

grant select, insert, update, delete on facts to {role};
grant select on standing_facts to {role};
grant execute on function any_word to {role};

-- migrate:down

drop function any_word;
drop view standing_facts;
drop table facts;
