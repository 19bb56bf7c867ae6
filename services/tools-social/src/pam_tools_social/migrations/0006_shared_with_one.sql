-- migrate:up

-- A place may be shown to one member alone, whoever else is in the circle.
alter table shared_locations add column seen_by uuid;
create index shared_locations_seen_by on shared_locations (seen_by) where seen_by is not null;

create function sees_location(owner uuid, share_with text, seen_by uuid, expires_at timestamptz) returns boolean
    language sql stable security definer set search_path from current as $$
    select expires_at > now()
        and coalesce((select location_sharing from members where user_id = owner), true)
        and case when seen_by is null then shows_to_me(owner, share_with)
            else seen_by = current_member() and not are_apart(owner) end;
$$;

drop policy shared_with_me on shared_locations;
create policy shared_with_me on shared_locations for select
    using (sees_location(user_id, share_with, seen_by, expires_at));
drop function sees_location(uuid, text, timestamptz);

-- What was shared with whoever leaves is shared with nobody.
create or replace function forget_mentions() returns void
    language sql security definer set search_path from current as $$
    delete from messages where recipient_id = current_member();
    delete from user_follows where following_id = current_member();
    delete from blocked_members where blocked_id = current_member();
    delete from shared_locations where seen_by = current_member();
$$;
grant execute on function sees_location(uuid, text, uuid, timestamptz) to {role};

-- migrate:down

create or replace function forget_mentions() returns void
    language sql security definer set search_path from current as $$
    delete from messages where recipient_id = current_member();
    delete from user_follows where following_id = current_member();
    delete from blocked_members where blocked_id = current_member();
$$;
create function sees_location(owner uuid, share_with text, expires_at timestamptz) returns boolean
    language sql stable security definer set search_path from current as $$
    select expires_at > now() and shows_to_me(owner, share_with)
        and coalesce((select location_sharing from members where user_id = owner), true);
$$;
grant execute on function sees_location(uuid, text, timestamptz) to {role};
drop policy shared_with_me on shared_locations;
delete from shared_locations where seen_by is not null;
create policy shared_with_me on shared_locations for select using (sees_location(user_id, share_with, expires_at));
drop function sees_location(uuid, text, uuid, timestamptz);
alter table shared_locations drop column seen_by;
