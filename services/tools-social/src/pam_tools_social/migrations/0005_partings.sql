-- migrate:up

-- A block ends what there was between two members: follows, and likes, comments and seats at each other's.
create function part_ways() returns trigger
    language plpgsql security definer set search_path from current as $$
declare
    pair constant uuid[] := array[new.user_id, new.blocked_id];
begin
    delete from user_follows where user_id = any (pair) and following_id = any (pair);
    delete from post_likes l using social_posts p
        where p.id = l.post_id and l.user_id = any (pair) and p.user_id = any (pair) and p.user_id <> l.user_id;
    delete from comments c using social_posts p
        where p.id = c.post_id and c.user_id = any (pair) and p.user_id = any (pair) and p.user_id <> c.user_id;
    delete from event_attendees a using meetups m
        where m.id = a.meetup_id and a.user_id = any (pair) and m.user_id = any (pair) and m.user_id <> a.user_id;
    delete from group_memberships g using social_groups s
        where s.id = g.group_id and g.user_id = any (pair) and s.owner_id = any (pair) and s.owner_id <> g.user_id;
    return null;
end $$;
create trigger part_ways after insert on blocked_members for each row execute function part_ways();

-- Make the longest-standing other member the owner of each of the member's groups; nobody's groups end.
create function hand_groups_on() returns void
    language sql security definer set search_path from current as $$
    update social_groups s set owner_id = (
        select m.user_id from group_memberships m where m.group_id = s.id and m.user_id <> current_member()
        order by m.created_at, m.user_id limit 1
    ) where s.owner_id = current_member();
    update group_memberships m set role = 'owner' from social_groups s
        where s.id = m.group_id and s.owner_id = m.user_id and m.role <> 'owner';
    delete from social_groups s where s.owner_id is null and not exists (
        select from group_memberships m where m.group_id = s.id and m.user_id <> current_member()
    );
$$;

-- What rows of others hold of the member: letters to them, follows and blocks of them.
create function forget_mentions() returns void
    language sql security definer set search_path from current as $$
    delete from messages where recipient_id = current_member();
    delete from user_follows where following_id = current_member();
    delete from blocked_members where blocked_id = current_member();
$$;

-- Somebody to try messages, follows and blocks on. Marked wherever it is shown; nobody answers for it.
insert into members (user_id, username, sample)
    values ('0199a000-0000-7000-8000-000000000001', 'sample_sam', true);

grant execute on function hand_groups_on(), forget_mentions() to {role};

-- migrate:down

delete from members where sample;
drop function forget_mentions();
drop function hand_groups_on();
drop trigger part_ways on blocked_members;
drop function part_ways();
