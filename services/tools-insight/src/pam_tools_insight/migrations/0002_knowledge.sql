-- migrate:up

-- array_to_string is only stable, for the sake of element types that are not text.
create function tag_words(tags text[]) returns text
    language sql immutable
    return array_to_string(tags, ' ');

-- What PAM may tell everybody. Editors' ids stay when they leave.
create table pam_admin_knowledge (
    id uuid primary key default uuidv7(),
    admin_user_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    content text not null check (length(content) between 1 and 5000),
    knowledge_type text not null check (knowledge_type in
        ('location_tip', 'travel_rule', 'seasonal_advice', 'general_knowledge', 'policy', 'warning')),
    category text not null check (category in ('travel', 'budget', 'social', 'shop', 'general')),
    location_context text check (length(location_context) <= 200),
    date_context text check (length(date_context) <= 200),
    priority smallint not null default 5 check (priority between 1 and 10),
    tags text[] not null default '{}' check (cardinality(tags) <= 20),
    is_active boolean not null default true,
    usage_count bigint not null default 0,
    last_used_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    words tsvector generated always as (
        setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', tag_words(tags)), 'B')
        || setweight(to_tsvector('english', coalesce(location_context, '')), 'B')
        || setweight(to_tsvector('english', content), 'C')) stored
);
create index pam_admin_knowledge_words on pam_admin_knowledge using gin (words) where is_active;
create index pam_admin_knowledge_by_time on pam_admin_knowledge (created_at, id);
grant select, update (usage_count, last_used_at) on pam_admin_knowledge to {role};
grant execute on function tag_words(text[]) to {role}, pam_insight_operator;
grant select, insert, update, delete on pam_admin_knowledge to pam_insight_operator;

create table pam_knowledge_usage_log (
    id uuid primary key default uuidv7(),
    knowledge_id uuid not null references pam_admin_knowledge (id) on delete cascade,
    user_id uuid not null,
    conversation_context text not null check (length(conversation_context) <= 200),
    created_at timestamptz not null default now()
);
create index pam_knowledge_usage_log_by_member on pam_knowledge_usage_log (user_id, created_at);
create index pam_knowledge_usage_log_by_knowledge on pam_knowledge_usage_log (knowledge_id);
create index pam_knowledge_usage_log_by_time on pam_knowledge_usage_log (created_at, id);
alter table pam_knowledge_usage_log enable row level security;
create policy own_rows on pam_knowledge_usage_log using (user_id = current_member());
create policy operators on pam_knowledge_usage_log to pam_insight_operator using (true);
grant insert on pam_knowledge_usage_log to {role};
grant select on pam_knowledge_usage_log to pam_insight_operator;

-- migrate:down

drop table pam_knowledge_usage_log;
drop table pam_admin_knowledge;
drop function tag_words(text[]);
