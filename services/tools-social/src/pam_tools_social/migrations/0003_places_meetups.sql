-- migrate:up

-- Great-circle distance in statute miles on a sphere of the Earth's mean radius; degrees in.
create function miles_between(
    latitude_1 double precision, longitude_1 double precision,
    latitude_2 double precision, longitude_2 double precision
) returns double precision
    language sql immutable parallel safe
    return 3958.7613 * 2 * asin(sqrt(least(1,
        sin(radians(latitude_2 - latitude_1) / 2) ^ 2
        + cos(radians(latitude_1)) * cos(radians(latitude_2)) * sin(radians(longitude_2 - longitude_1) / 2) ^ 2
    )));

-- Where members said they are: one place each, for the chosen circle, until it expires.
create table shared_locations (
    id uuid primary key default uuidv7(),
    user_id uuid not null unique,
    location_name text not null check (length(location_name) between 1 and 200),
    description text check (length(description) <= 500),
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    share_with text not null check (share_with in ('friends', 'followers', 'public')),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);
create index shared_locations_by_place on shared_locations (latitude, longitude);

create table meetups (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    title text not null check (length(title) between 1 and 200),
    description text check (length(description) <= 2000),
    event_date timestamptz not null,
    location text not null check (length(location) between 1 and 200),
    latitude double precision check (latitude between -90 and 90),
    longitude double precision check (longitude between -180 and 180),
    max_attendees integer check (max_attendees between 1 and 1000),
    attendee_count integer not null default 0 check (attendee_count >= 0),
    is_public boolean not null default true,
    created_at timestamptz not null default now(),
    constraint no_more_than_fit check (attendee_count <= max_attendees),
    check ((latitude is null) = (longitude is null))
);
create index meetups_by_date on meetups (event_date, id);
create index meetups_by_host on meetups (user_id);

create table event_attendees (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    meetup_id uuid not null references meetups on delete cascade,
    created_at timestamptz not null default now(),
    unique (meetup_id, user_id)
);
create index event_attendees_by_member on event_attendees (user_id);

-- A location is shown while it is shared, to whom it is shared with, and not where sharing was switched off.
create function sees_location(owner uuid, share_with text, expires_at timestamptz) returns boolean
    language sql stable security definer set search_path from current as $$
    select expires_at > now() and shows_to_me(owner, share_with)
        and coalesce((select location_sharing from members where user_id = owner), true);
$$;

create function shows_activity(owner uuid) returns boolean
    language sql stable security definer set search_path from current as $$
    select not are_apart(owner) and coalesce((select show_activity from members where user_id = owner), true);
$$;

-- A seat is taken while the meet-up's row is held, so the last one goes to one member; where there is none, or the member
-- has one, nothing is inserted.
create function take_seat() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    perform from meetups where id = new.meetup_id for no key update;
    if exists (select from event_attendees where meetup_id = new.meetup_id and user_id = new.user_id) then
        return null;
    end if;
    update meetups set attendee_count = attendee_count + 1
        where id = new.meetup_id and (max_attendees is null or attendee_count < max_attendees);
    if not found then
        return null;
    end if;
    return new;
end $$;

create function free_seat() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    update meetups set attendee_count = attendee_count - 1 where id = old.meetup_id;
    return null;
end $$;

create trigger take_seat before insert on event_attendees for each row execute function take_seat();
create trigger free_seat after delete on event_attendees for each row execute function free_seat();
create trigger become_known after insert on shared_locations for each row execute function become_known();
create trigger become_known after insert on meetups for each row execute function become_known();
create trigger become_known after insert on event_attendees for each row execute function become_known();

alter table shared_locations enable row level security;
alter table meetups enable row level security;
alter table event_attendees enable row level security;
create policy own_rows on shared_locations using (user_id = current_member());
create policy shared_with_me on shared_locations for select using (sees_location(user_id, share_with, expires_at));
create policy own_rows on meetups using (user_id = current_member());
create policy shown_to_me on meetups for select
    using (shows_to_me(user_id, case when is_public then 'public' else 'friends' end));
create policy own_rows on event_attendees using (user_id = current_member()) with check (
    user_id = current_member() and exists (select from meetups m where m.id = meetup_id)
);
create policy friends_who_show_it on event_attendees for select using (
    are_friends(user_id) and shows_activity(user_id) and exists (select from meetups m where m.id = meetup_id)
);

-- Meet-ups as they are shown: signed, with the member's own seat and the friends who show that they come.
create view seen_meetups with (security_invoker = true) as
    select m.id, m.user_id, c.username, c.avatar_url, m.title, m.description, m.event_date, m.location, m.latitude,
        m.longitude, m.max_attendees, m.attendee_count, m.is_public,
        exists (select from event_attendees a where a.meetup_id = m.id and a.user_id = current_member()) as going,
        array(
            select friend.username from user_follows f
            join event_attendees a on a.meetup_id = m.id and a.user_id = f.following_id, card(a.user_id) friend
            where f.user_id = current_member() and friend.username is not null order by 1
        ) as friends_going
    from meetups m left join lateral card(m.user_id) c on true;

grant select on seen_meetups to {role};
grant select, insert, update, delete on shared_locations to {role};
grant select, insert on meetups to {role};
grant select, insert, delete on event_attendees to {role};
grant execute on function
    miles_between(double precision, double precision, double precision, double precision),
    sees_location(uuid, text, timestamptz), shows_activity(uuid) to {role};

-- migrate:down

drop view seen_meetups;
drop table event_attendees cascade;
drop table meetups cascade;
drop table shared_locations cascade;
drop function free_seat();
drop function take_seat();
drop function shows_activity(uuid);
drop function sees_location(uuid, text, timestamptz);
drop function miles_between(double precision, double precision, double precision, double precision);
