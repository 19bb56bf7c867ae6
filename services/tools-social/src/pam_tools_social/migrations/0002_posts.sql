-- migrate:up

-- A group outlives its owner: ``owner_id`` is handed on when they leave, and null when nobody is left.
create table social_groups (
    id uuid primary key default uuidv7(),
    owner_id uuid,
    name text not null check (length(name) between 1 and 100),
    description text check (length(description) <= 2000),
    location text check (length(location) <= 200),
    privacy text not null default 'public' check (privacy in ('public', 'friends')),
    member_count integer not null default 0 check (member_count >= 0),
    created_at timestamptz not null default now()
);
create unique index social_groups_by_name on social_groups (lower(name));
create index social_groups_by_size on social_groups (member_count desc, id desc);
create index social_groups_by_owner on social_groups (owner_id);

create table group_memberships (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    group_id uuid not null references social_groups on delete cascade,
    role text not null default 'member' check (role in ('owner', 'member')),
    created_at timestamptz not null default now(),
    unique (user_id, group_id)
);
create index group_memberships_by_group on group_memberships (group_id, created_at, user_id);

-- The counters are kept by the triggers below, in the transaction of what they count. Ten times the reactions keep a
-- post as warm as being a day younger does; a score that only new reactions move makes a ranking that can be paged.
create table social_posts (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    title text check (length(title) <= 200),
    content text not null check (length(content) between 1 and 5000),
    location text check (length(location) <= 200),
    image_url text check (length(image_url) <= 2000),
    tags text[] not null default '{}' check (cardinality(tags) <= 20),
    group_id uuid references social_groups on delete cascade,
    visibility text not null default 'friends' check (visibility in ('public', 'friends')),
    likes_count integer not null default 0 check (likes_count >= 0),
    comments_count integer not null default 0 check (comments_count >= 0),
    created_at timestamptz not null default now(),
    heat double precision not null generated always as (
        log10(1 + likes_count + 2 * comments_count)
        + extract(epoch from created_at - timestamptz '2025-01-01 00:00:00+00')::double precision / 86400
    ) stored,
    search tsvector not null generated always as (
        to_tsvector('english', coalesce(title, '') || ' ' || content)
    ) stored
);
create index social_posts_public on social_posts (created_at desc, id desc)
    where visibility = 'public' and group_id is null;
create index social_posts_popular on social_posts (heat desc, id desc) where visibility = 'public' and group_id is null;
create index social_posts_by_date on social_posts (created_at desc, id desc);
create index social_posts_by_author on social_posts (user_id, visibility, created_at desc, id desc) include (group_id);
create index social_posts_by_group on social_posts (group_id, created_at desc, id desc) where group_id is not null;
create index social_posts_by_word on social_posts using gin (search);

create table comments (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    post_id uuid not null references social_posts on delete cascade,
    comment text not null check (length(comment) between 1 and 1000),
    created_at timestamptz not null default now()
);
create index comments_by_post on comments (post_id, created_at, id);
create index comments_by_author on comments (user_id);

create table post_likes (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    post_id uuid not null references social_posts on delete cascade,
    created_at timestamptz not null default now(),
    unique (post_id, user_id)
);
create index post_likes_by_member on post_likes (user_id);

create function is_in_group(its_id uuid) returns boolean
    language sql stable
    return exists (select from group_memberships where group_id = its_id and user_id = current_member());

-- A post in a group is for the group's members; any other is for whom its author chose (shows_to_me).
create function shows_to_group(author uuid, its_group uuid) returns boolean
    language sql stable security definer set search_path from current as $$
    select author = current_member() or is_in_group(its_group) and not are_apart(author)
        and coalesce((select profile_visibility from members where user_id = author), 'public') <> 'private';
$$;

create function sees_group(its_id uuid, its_owner uuid, privacy text) returns boolean
    language sql stable security definer set search_path from current as $$
    select is_in_group(its_id)
        or case when its_owner is null then privacy = 'public' and current_member() is not null
            else shows_to_me(its_owner, privacy) end;
$$;

create function count_likes() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    update social_posts set likes_count = likes_count + case tg_op when 'INSERT' then 1 else -1 end
    where id = coalesce(new.post_id, old.post_id);
    return null;
end $$;

create function count_comments() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    update social_posts set comments_count = comments_count + case tg_op when 'INSERT' then 1 else -1 end
    where id = coalesce(new.post_id, old.post_id);
    return null;
end $$;

create function count_group_members() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    update social_groups set member_count = member_count + case tg_op when 'INSERT' then 1 else -1 end
    where id = coalesce(new.group_id, old.group_id);
    return null;
end $$;

create trigger count_likes after insert or delete on post_likes for each row execute function count_likes();
create trigger count_comments after insert or delete on comments for each row execute function count_comments();
create trigger count_group_members after insert or delete on group_memberships
    for each row execute function count_group_members();
create trigger become_known after insert on social_posts for each row execute function become_known();
create trigger become_known after insert on comments for each row execute function become_known();
create trigger become_known after insert on post_likes for each row execute function become_known();
create trigger become_known after insert on group_memberships for each row execute function become_known();

alter table social_groups enable row level security;
alter table group_memberships enable row level security;
alter table social_posts enable row level security;
alter table comments enable row level security;
alter table post_likes enable row level security;
create policy own_rows on social_groups using (owner_id = current_member());
create policy shown_to_me on social_groups for select using (sees_group(id, owner_id, privacy));
create policy own_rows on group_memberships using (user_id = current_member()) with check (
    user_id = current_member() and exists (select from social_groups g where g.id = group_id)
);
create policy own_rows on social_posts using (user_id = current_member()) with check (
    user_id = current_member() and (group_id is null or is_in_group(group_id))
);
create policy shown_to_me on social_posts for select using (
    case when group_id is null then shows_to_me(user_id, visibility) else shows_to_group(user_id, group_id) end
);
create policy own_rows on comments using (user_id = current_member()) with check (
    user_id = current_member() and exists (select from social_posts p where p.id = post_id)
);
create policy on_posts_i_see on comments for select using (
    exists (select from social_posts p where p.id = post_id) and not are_apart(user_id)
);
create policy own_rows on post_likes using (user_id = current_member()) with check (
    user_id = current_member() and exists (select from social_posts p where p.id = post_id)
);

-- Posts as they are shown: signed, and with whether the member likes them. Row-level security is the member's own.
create view seen_posts with (security_invoker = true) as
    select p.id, p.user_id, c.username, c.avatar_url, p.title, p.content, p.location, p.image_url, p.tags, p.group_id,
        p.visibility, p.likes_count, p.comments_count, p.created_at, p.heat,
        exists (select from post_likes l where l.post_id = p.id and l.user_id = current_member()) as liked
    from social_posts p left join lateral card(p.user_id) c on true;

-- The three functions below pick the ids of a page. They read past row-level security because it has no index for words
-- and would ask its question of each post that is passed over; so they ask it of authors, or of the posts of the page
-- alone. What they pick is read through seen_posts, and so is asked once more. Plans depend on the values: on how
-- common a word is, and how long the page.

-- The newest posts: public ones, friends' and the member's own, and those in the member's groups.
create function newest_posts(before timestamptz, before_id uuid, since timestamptz, how_many integer)
    returns setof uuid language sql stable security definer set search_path from current
    set plan_cache_mode to force_custom_plan as $$
    with circle (id) as materialized (
        select current_member() union all
        select following_id from user_follows where user_id = current_member() and shows_to_me(following_id, 'friends')
    )
    select id from (
        (select p.id, p.created_at from social_posts p
        where p.visibility = 'public' and p.group_id is null and shows_to_me(p.user_id, 'public')
            and (p.created_at, p.id) < ($1, $2) and p.created_at >= $3
        order by p.created_at desc, p.id desc limit $4)
        union all
        (select p.id, p.created_at from circle cross join lateral (
            select p.id, p.created_at from social_posts p
            where p.user_id = circle.id and p.visibility = 'friends' and p.group_id is null
                and (p.created_at, p.id) < ($1, $2) and p.created_at >= $3
            order by p.created_at desc, p.id desc limit $4
        ) p order by p.created_at desc, p.id desc limit $4)
        union all
        (select p.id, p.created_at from group_memberships g cross join lateral (
            select p.id, p.created_at from social_posts p
            where p.group_id = g.group_id and shows_to_group(p.user_id, p.group_id)
                and (p.created_at, p.id) < ($1, $2) and p.created_at >= $3
            order by p.created_at desc, p.id desc limit $4
        ) p where g.user_id = current_member() order by p.created_at desc, p.id desc limit $4)
    ) found order by created_at desc, id desc limit $4;
$$;

-- The newest posts of those the member follows, or of friends alone; what they write in groups aside.
create function posts_of_followed(before timestamptz, before_id uuid, friends_only boolean, how_many integer)
    returns setof uuid language sql stable security definer set search_path from current
    set plan_cache_mode to force_custom_plan as $$
    with followed (author, is_friend) as materialized (
        select following_id, shows_to_me(following_id, 'friends') from user_follows where user_id = current_member()
    ),
    chosen (author, visibility) as materialized (
        select author, 'friends' from followed where is_friend
        union all
        select author, 'public' from followed where is_friend or not $3 and shows_to_me(author, 'public')
    )
    select p.id from chosen cross join lateral (
        select p.id, p.created_at from social_posts p
        where p.user_id = chosen.author and p.visibility = chosen.visibility and p.group_id is null
            and (p.created_at, p.id) < ($1, $2)
        order by p.created_at desc, p.id desc limit $4
    ) p order by p.created_at desc, p.id desc limit $4;
$$;

-- The newest posts with these words and tags, from a place.
create function search_posts(
    words text, with_tags text[], place text, before timestamptz, before_id uuid, how_many integer
) returns setof uuid language sql stable security definer set search_path from current
    set plan_cache_mode to force_custom_plan as $$
    select id from (
        select p.id, p.user_id, p.visibility, p.group_id from social_posts p
        where p.search @@ websearch_to_tsquery('english', $1)
            and p.tags @> $2
            and ($3 is null or position(lower($3) in lower(p.location)) > 0)
            and (p.created_at, p.id) < ($4, $5)
        order by p.created_at desc, p.id desc offset 0
    ) found
    where case when group_id is null then shows_to_me(user_id, visibility) else shows_to_group(user_id, group_id) end
    limit $6;
$$;

grant select, insert on social_groups, comments, social_posts to {role};
grant select, insert, delete on group_memberships, post_likes to {role};
grant select on seen_posts to {role};
grant execute on function
    is_in_group(uuid), shows_to_group(uuid, uuid), sees_group(uuid, uuid, text),
    newest_posts(timestamptz, uuid, timestamptz, integer), posts_of_followed(timestamptz, uuid, boolean, integer),
    search_posts(text, text[], text, timestamptz, uuid, integer) to {role};

-- migrate:down

drop function search_posts(text, text[], text, timestamptz, uuid, integer);
drop function posts_of_followed(timestamptz, uuid, boolean, integer);
drop function newest_posts(timestamptz, uuid, timestamptz, integer);
drop view seen_posts;
drop table post_likes cascade;
drop table comments cascade;
drop table social_posts cascade;
drop table group_memberships cascade;
drop table social_groups cascade;
drop function count_group_members();
drop function count_comments();
drop function count_likes();
drop function sees_group(uuid, uuid, text);
drop function shows_to_group(uuid, uuid);
