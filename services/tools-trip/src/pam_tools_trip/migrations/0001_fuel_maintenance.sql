-- migrate:up

-- Known to everybody, kept by PAM's operators; a price without its date would be worth nothing.
create table fuel_stations (
    id uuid primary key default uuidv7(),
    station_name text not null check (length(station_name) between 1 and 200),
    brand text check (length(brand) <= 100),
    address text check (length(address) <= 500),
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    regular_price numeric(5, 3) check (regular_price between 0.50 and 20),
    premium_price numeric(5, 3) check (premium_price between 0.50 and 20),
    diesel_price numeric(5, 3) check (diesel_price between 0.50 and 20),
    prices_at timestamptz,
    rv_friendly boolean,
    amenities text[] not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (station_name, latitude, longitude),
    check (prices_at is not null or coalesce(regular_price, premium_price, diesel_price) is null)
);
create index fuel_stations_by_place on fuel_stations (latitude, longitude);

-- A vehicle is the account worker's; null is the rig of a member who has named none.
create table fuel_log (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    vehicle_id uuid,
    station_id uuid references fuel_stations on delete set null,
    date date not null,
    gallons numeric(9, 3) not null check (gallons > 0),
    total numeric(7, 2) not null check (total > 0),
    odometer numeric(9, 1) not null check (odometer >= 0),
    odometer_restarts boolean not null default false,
    filled_to_top boolean not null default true,
    fuel_type text not null check (fuel_type in ('regular', 'premium', 'diesel')),
    location text check (length(location) <= 200),
    mpg numeric(5, 2) check (mpg > 0),
    -- Not when the transaction began: fill-ups wait for each other, and their order is that in which they were written.
    created_at timestamptz not null default clock_timestamp()
);
create index fuel_log_by_vehicle on fuel_log (user_id, vehicle_id, date, created_at);
create index fuel_log_by_date on fuel_log (user_id, date desc);
create index fuel_log_by_station on fuel_log (station_id, fuel_type, date desc) where station_id is not null;

create table vehicle_consumption (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    vehicle_id uuid,
    mpg numeric(5, 2) not null check (mpg > 0),
    source text not null check (source in ('member', 'log')),
    sample_size integer not null default 0 check (sample_size >= 0),
    stated_at timestamptz,
    updated_at timestamptz not null default now(),
    unique nulls not distinct (user_id, vehicle_id)
);

create table maintenance_records (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    vehicle_id uuid,
    task text not null check (length(task) between 1 and 100),
    description text not null check (length(description) <= 1000),
    cost numeric(9, 2) not null check (cost >= 0),
    date date not null,
    mileage integer check (mileage >= 0),
    service_provider text check (length(service_provider) <= 200),
    next_due_date date,
    next_due_mileage integer check (next_due_mileage >= 0),
    created_at timestamptz not null default now()
);
create index maintenance_records_by_task on maintenance_records (user_id, vehicle_id, lower(task), date desc);
create index maintenance_records_by_date on maintenance_records (user_id, date desc);

create table financial_audit_log (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    operation text not null,
    inputs jsonb not null,
    result jsonb not null,
    at timestamptz not null default now()
);
create index financial_audit_log_by_member on financial_audit_log (user_id, at);

alter table fuel_log enable row level security;
alter table vehicle_consumption enable row level security;
alter table maintenance_records enable row level security;
alter table financial_audit_log enable row level security;
create policy own_rows on fuel_log using (user_id = current_member());
create policy own_rows on vehicle_consumption using (user_id = current_member());
create policy own_rows on maintenance_records using (user_id = current_member());
create policy own_rows on financial_audit_log using (user_id = current_member());

-- What anybody last paid at these stations: a price and its day, and nothing of who paid it.
create function prices_paid(stations uuid[], since date)
    returns table (station_id uuid, fuel_type text, price numeric, paid_on date)
    language sql stable security definer set search_path from current as $$
    select distinct on (f.station_id, f.fuel_type) f.station_id, f.fuel_type, round(f.total / f.gallons, 3), f.date
    from fuel_log f where f.station_id = any (stations) and f.date >= since
    order by f.station_id, f.fuel_type, f.date desc, f.created_at desc;
$$;

revoke execute on function prices_paid(uuid[], date) from public;
grant execute on function prices_paid(uuid[], date) to {role};
grant select, insert, update on fuel_stations, fuel_log, vehicle_consumption to {role};
grant select, insert on maintenance_records to {role};
-- Append-only: what was calculated stays.
grant select, insert on financial_audit_log to {role};

-- migrate:down

drop function prices_paid(uuid[], date);
drop table financial_audit_log;
drop table maintenance_records;
drop table vehicle_consumption;
drop table fuel_log;
drop table fuel_stations;
