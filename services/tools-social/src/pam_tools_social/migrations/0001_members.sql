-- migrate:up

-- What the account worker says of its members, kept here for names and for who sees what. A member it has said nothing
-- of has the defaults. ``profile_at`` and ``privacy_at`` are the times of the events applied last.
create table members (
    user_id uuid primary key,
    username text,
    avatar_url text,
    profile_visibility text not null default 'public' check (profile_visibility in ('public', 'friends', 'private')),
    -- Null: never said. A location that is shared by word is shown then; where the member switched it off, none is.
    location_sharing boolean,
    show_activity boolean not null default true,
    allow_messages text not null default 'everyone' check (allow_messages in ('everyone', 'friends', 'none')),
    sample boolean not null default false,
    profile_at timestamptz,
    privacy_at timestamptz
);
-- Not unique: names change hands, and the events that say so come in any order. The latest to take a name has it.
create index members_by_name on members (lower(username), profile_at desc nulls last);

-- ``user_id`` follows ``following_id``. Friends follow each other.
create table user_follows (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    following_id uuid not null check (following_id <> user_id),
    created_at timestamptz not null default now(),
    unique (user_id, following_id)
);
create index user_follows_by_followed on user_follows (following_id, user_id);

create table blocked_members (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    blocked_id uuid not null check (blocked_id <> user_id),
    created_at timestamptz not null default now(),
    unique (user_id, blocked_id)
);
create index blocked_members_by_blocked on blocked_members (blocked_id, user_id);

create table messages (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    recipient_id uuid not null check (recipient_id <> user_id),
    message text not null check (length(message) between 1 and 2000),
    created_at timestamptz not null default now()
);
create index messages_sent on messages (user_id, created_at desc, id desc);
create index messages_received on messages (recipient_id, created_at desc, id desc);
create index messages_between on messages (user_id, recipient_id, created_at desc, id desc);

-- The functions below answer questions about two members from rows neither of them may read.

create function are_apart(other uuid) returns boolean
    language sql stable security definer set search_path from current as $$
    select exists (select from blocked_members where user_id = current_member() and blocked_id = other)
        or exists (select from blocked_members where user_id = other and blocked_id = current_member());
$$;

create function follows_me(other uuid) returns boolean
    language sql stable
    return exists (select from user_follows where user_id = other and following_id = current_member());

create function are_friends(other uuid) returns boolean
    language sql stable
    return exists (select from user_follows where user_id = current_member() and following_id = other)
        and exists (select from user_follows where user_id = other and following_id = current_member());

-- The one rule of who sees what: the owner always; nobody on the other side of a block; of a private profile nobody;
-- else whom the owner chose (public, followers or friends), and never more than their profile is open to. Asked of each
-- row that is read, so it calls nothing that costs, and its look-ups are planned once, whoever asks.
create function shows_to_me(owner uuid, audience text) returns boolean
    language plpgsql stable security definer set search_path from current
    set plan_cache_mode to force_generic_plan as $$
declare
    me constant uuid := current_member();
    open_to text;
begin
    if me is null or owner = me then
        return me is not null;
    end if;
    if exists (select from blocked_members where user_id = me and blocked_id = owner)
        or exists (select from blocked_members where user_id = owner and blocked_id = me)
    then
        return false;
    end if;
    open_to := coalesce((select profile_visibility from members where user_id = owner), 'public');
    if open_to = 'private' then
        return false;
    end if;
    if open_to = 'public' and audience = 'public' then
        return true;
    end if;
    return exists (select from user_follows where user_id = me and following_id = owner) and (
        open_to = 'public' and audience = 'followers'
        or exists (select from user_follows where user_id = owner and following_id = me)
    );
end $$;

-- Whether a member can be looked up: a private one by those they follow or wrote to.
create function is_findable(other uuid) returns boolean
    language sql stable security definer set search_path from current as $$
    select other = current_member() or not are_apart(other) and (
        coalesce((select profile_visibility from members where user_id = other), 'public') <> 'private'
        or follows_me(other)
        or exists (select from messages where user_id = other and recipient_id = current_member())
    );
$$;

create function takes_my_messages(other uuid) returns boolean
    language sql stable security definer set search_path from current as $$
    select not are_apart(other)
        and case coalesce((select allow_messages from members where user_id = other), 'everyone')
            when 'everyone' then true when 'friends' then are_friends(other) else false
        end;
$$;

-- The member of that id or name, where the asking member may know of them.
create function find_member(its_id uuid, its_name text) returns table (user_id uuid, username text, sample boolean)
    language sql stable security definer set search_path from current as $$
    select m.user_id, m.username, m.sample from members m
    where (m.user_id = its_id or lower(m.username) = lower(its_name)) and is_findable(m.user_id)
    order by m.profile_at desc nulls last limit 1;
$$;

-- The same among those the asking member has blocked.
create function find_blocked(its_id uuid, its_name text) returns table (user_id uuid, username text, sample boolean)
    language sql stable security definer set search_path from current as $$
    select m.user_id, m.username, m.sample from members m
    join blocked_members b on b.blocked_id = m.user_id and b.user_id = current_member()
    where m.user_id = its_id or lower(m.username) = lower(its_name)
    order by m.profile_at desc nulls last limit 1;
$$;

-- How a member is signed: no name where they cannot be looked up, no picture where their profile is not shown.
create function card(of_member uuid) returns table (username text, avatar_url text)
    language sql stable security definer set search_path from current as $$
    select m.username, case when shows_to_me(of_member, 'public') then m.avatar_url end
    from members m where m.user_id = of_member and is_findable(of_member);
$$;

-- Whoever does something here is a member others can look up, though the account worker has said nothing of them yet.
create function become_known() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    insert into members (user_id) values (new.user_id) on conflict do nothing;
    return null;
end $$;
create trigger become_known after insert on user_follows for each row execute function become_known();
create trigger become_known after insert on messages for each row execute function become_known();

alter table members enable row level security;
alter table user_follows enable row level security;
alter table blocked_members enable row level security;
alter table messages enable row level security;
create policy own_rows on members using (user_id = current_member());
create policy own_rows on user_follows using (user_id = current_member())
    with check (user_id = current_member() and is_findable(following_id));
create policy my_followers on user_follows for select using (following_id = current_member());
create policy own_rows on blocked_members using (user_id = current_member());
create policy own_rows on messages using (user_id = current_member())
    with check (user_id = current_member() and takes_my_messages(recipient_id));
create policy to_me on messages for select using (recipient_id = current_member() and not are_apart(user_id));

grant select, insert, update on members to {role};
grant select, insert, delete on user_follows, blocked_members to {role};
grant select, insert on messages to {role};
grant execute on function
    are_apart(uuid), follows_me(uuid), are_friends(uuid), shows_to_me(uuid, text), is_findable(uuid),
    takes_my_messages(uuid), find_member(uuid, text), find_blocked(uuid, text), card(uuid) to {role};

-- migrate:down

drop table messages cascade;
drop table blocked_members cascade;
drop table user_follows cascade;
drop table members cascade;
drop function become_known();
drop function card(uuid);
drop function find_blocked(uuid, text);
drop function find_member(uuid, text);
drop function takes_my_messages(uuid);
drop function is_findable(uuid);
drop function shows_to_me(uuid, text);
drop function are_apart(uuid);
