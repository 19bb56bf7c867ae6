-- migrate:up

create table user_trips (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    vehicle_id uuid,
    title text not null check (length(title) <= 1100),
    origin text not null check (length(origin) <= 500),
    destination text not null check (length(destination) <= 500),
    start_date date,
    end_date date,
    status text not null default 'planned' check (status in ('planned', 'active', 'completed', 'cancelled')),
    distance_miles numeric(8, 1) check (distance_miles >= 0),
    duration_hours numeric(6, 1) check (duration_hours >= 0),
    gas_cost numeric(9, 2) check (gas_cost >= 0),
    lodging_cost numeric(9, 2) check (lodging_cost >= 0),
    total_cost numeric(9, 2) check (total_cost >= 0),
    budget numeric(8, 2) check (budget > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (end_date >= start_date)
);
create index user_trips_by_age on user_trips (user_id, created_at desc, id desc);

create table manual_waypoints (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    trip_id uuid not null references user_trips on delete cascade,
    position integer not null check (position >= 0),
    name text not null check (length(name) <= 500),
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    is_locked boolean not null default false,
    created_at timestamptz not null default now(),
    unique (trip_id, position)
);
create index manual_waypoints_by_member on manual_waypoints (user_id);

create table favorite_locations (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    location_name text not null check (length(location_name) between 1 and 200),
    location_address text not null check (length(location_address) between 1 and 500),
    category text not null default 'general' check (length(category) <= 50),
    notes text check (length(notes) <= 1000),
    rating integer check (rating between 1 and 5),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index favorite_locations_once on favorite_locations (user_id, lower(location_name), lower(location_address));

-- Where a member's device last said they are, if that was to be believed.
create table known_locations (
    user_id uuid primary key,
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    accuracy_m double precision check (accuracy_m >= 0),
    at timestamptz not null
);

-- Known to everybody, filled by PAM's operators.
create table camping_locations (
    id uuid primary key default uuidv7(),
    name text not null check (length(name) between 1 and 200),
    type text not null default 'campground',
    address text,
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    price_per_night numeric(7, 2) check (price_per_night >= 0),
    amenities text[] not null default '{}',
    rating numeric(2, 1) check (rating between 0 and 5),
    max_rig_length_ft integer check (max_rig_length_ft > 0),
    phone text,
    website text,
    reservation_required boolean,
    source text not null default 'PAM',
    sample boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (name, latitude, longitude)
);
create index camping_locations_by_place on camping_locations (latitude, longitude);

create table local_events (
    id uuid primary key default uuidv7(),
    event_name text not null check (length(event_name) between 1 and 200),
    event_type text,
    description text,
    venue_name text,
    address text,
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    start_date date not null,
    end_date date,
    ticket_price numeric(7, 2) check (ticket_price >= 0),
    is_free boolean,
    registration_link text,
    sample boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    check (end_date >= start_date)
);
create index local_events_by_place on local_events (latitude, longitude);

create table offroad_routes (
    id uuid primary key default uuidv7(),
    route_name text not null check (length(route_name) between 1 and 200),
    difficulty_level text,
    distance_miles numeric(6, 1),
    estimated_time_hours numeric(5, 1),
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    route_description text,
    safety_notes text,
    scenic_rating numeric(2, 1) check (scenic_rating between 0 and 5),
    vehicle_requirements text,
    sample boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index offroad_routes_by_place on offroad_routes (latitude, longitude);

alter table user_trips enable row level security;
alter table manual_waypoints enable row level security;
alter table favorite_locations enable row level security;
alter table known_locations enable row level security;
create policy own_rows on user_trips using (user_id = current_member());
create policy own_rows on manual_waypoints using (user_id = current_member());
create policy own_rows on favorite_locations using (user_id = current_member());
create policy own_rows on known_locations using (user_id = current_member());

grant select, insert on user_trips, manual_waypoints to {role};
grant select, insert, update on favorite_locations, known_locations to {role};
grant select on camping_locations, local_events, offroad_routes to {role};

-- migrate:down

drop table offroad_routes;
drop table local_events;
drop table camping_locations;
drop table known_locations;
drop table favorite_locations;
drop table manual_waypoints;
drop table user_trips;
