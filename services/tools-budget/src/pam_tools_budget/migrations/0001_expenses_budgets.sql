-- migrate:up

create table expenses (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    amount numeric(8, 2) not null check (amount > 0),
    category text not null,
    description text check (length(description) <= 500),
    date date not null,
    location text check (length(location) <= 200),
    created_at timestamptz not null default now()
);
create index expenses_by_date on expenses (user_id, date, category);

create table budgets (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    category text not null,
    amount numeric(8, 2) not null check (amount > 0),
    period text not null check (period in ('daily', 'weekly', 'monthly', 'quarterly', 'yearly')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (user_id, category, period)
);

create table financial_audit_log (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    operation text not null,
    inputs jsonb not null,
    result jsonb not null,
    at timestamptz not null default now()
);
create index financial_audit_log_by_member on financial_audit_log (user_id, at);

alter table expenses enable row level security;
alter table budgets enable row level security;
alter table financial_audit_log enable row level security;
create policy own_rows on expenses using (user_id = current_member());
create policy own_rows on budgets using (user_id = current_member());
create policy own_rows on financial_audit_log using (user_id = current_member());

grant select, insert, update, delete on expenses, budgets to {role};
-- Append-only: what was calculated stays.
grant select, insert on financial_audit_log to {role};

-- migrate:down

drop table financial_audit_log;
drop table budgets;
drop table expenses;
