-- migrate:up

-- What members do with PAM: one row an event. The caller's own id of an event makes a repeat harmless.
create table pam_analytics_logs (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    event_id uuid not null,
    event_type text not null check (length(event_type) between 1 and 100),
    event_data jsonb not null default '{}',
    session_id text check (length(session_id) <= 100),
    feature text check (length(feature) <= 100),
    success boolean,
    response_time_ms integer check (response_time_ms >= 0),
    error_type text check (length(error_type) <= 100),
    created_at timestamptz not null default now(),
    unique (user_id, event_id)
);
create index pam_analytics_logs_by_member on pam_analytics_logs (user_id, created_at);
create index pam_analytics_logs_by_time on pam_analytics_logs (created_at, id);
alter table pam_analytics_logs enable row level security;
create policy own_rows on pam_analytics_logs using (user_id = current_member());
create policy operators on pam_analytics_logs to pam_insight_operator using (true);
grant select, insert on pam_analytics_logs to {role};
grant select, delete on pam_analytics_logs to pam_insight_operator;

-- Days are UTC's, for members of all zones are in them.
create table analytics_daily (
    id uuid primary key default uuidv7(),
    date date not null unique,
    log_count bigint not null check (log_count >= 0),
    unique_users bigint not null check (unique_users >= 0),
    metrics jsonb not null,
    generated_at timestamptz not null default now(),
    created_at timestamptz not null default now()
);
create index analytics_daily_by_time on analytics_daily (created_at, id);
grant select, insert, update, delete on analytics_daily to pam_insight_operator;

create table analytics_summary (
    id uuid primary key default uuidv7(),
    summary_type text not null check (summary_type in ('weekly', 'monthly', 'custom')),
    start_date date not null,
    end_date date not null check (end_date >= start_date),
    metrics jsonb not null,
    generated_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    unique (summary_type, start_date, end_date)
);
create index analytics_summary_by_time on analytics_summary (created_at, id);
grant select, insert, update, delete on analytics_summary to pam_insight_operator;

-- migrate:down

drop table analytics_summary;
drop table analytics_daily;
drop table pam_analytics_logs;
