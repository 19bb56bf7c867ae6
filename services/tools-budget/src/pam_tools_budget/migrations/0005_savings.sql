-- migrate:up

create table pam_savings_events (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    event_type text not null check (event_type in ('gas', 'campground', 'route', 'other')),
    category text not null check (length(category) <= 100),
    description text check (length(description) <= 500),
    -- What counts: the member's figure, or PAM's until the member has said.
    amount numeric(8, 2) not null check (amount >= 0),
    -- What PAM thought, where it was PAM who thought so.
    predicted_amount numeric(8, 2) check (predicted_amount > 0),
    confirmed_at timestamptz,
    saved_date date not null,
    created_at timestamptz not null default now()
);
create index pam_savings_events_by_day on pam_savings_events (user_id, saved_date) include (amount, confirmed_at);

-- A member's month. Its row is the lock under which savings are counted.
create table monthly_savings_summary (
    user_id uuid not null,
    billing_period_start date not null,
    billing_period_end date not null,
    subscription_cost numeric(8, 2) not null,
    total_actual_savings numeric(14, 2) not null default 0,
    total_predicted_savings numeric(14, 2) not null default 0,
    savings_events_count integer not null default 0,
    guarantee_met boolean not null default false,
    -- The saving with which the guarantee was first met; set once.
    crossed_by uuid,
    updated_at timestamptz not null default now(),
    primary key (user_id, billing_period_start)
);

-- Each time a month's guarantee came to be met, or no longer was.
create table savings_guarantee_history (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    billing_period_start date not null,
    total_savings numeric(14, 2) not null,
    subscription_cost numeric(8, 2) not null,
    guarantee_met boolean not null,
    evaluated_at timestamptz not null default now()
);
create index savings_guarantee_history_by_month on savings_guarantee_history (user_id, billing_period_start);

alter table pam_savings_events enable row level security;
alter table monthly_savings_summary enable row level security;
alter table savings_guarantee_history enable row level security;
create policy own_rows on pam_savings_events using (user_id = current_member());
create policy own_rows on monthly_savings_summary using (user_id = current_member());
create policy own_rows on savings_guarantee_history using (user_id = current_member());

grant select, insert on pam_savings_events to {role};
grant update (amount, confirmed_at) on pam_savings_events to {role};
grant select, insert, update on monthly_savings_summary to {role};
grant insert on savings_guarantee_history to {role};

-- migrate:down

drop table savings_guarantee_history;
drop table monthly_savings_summary;
drop table pam_savings_events;
