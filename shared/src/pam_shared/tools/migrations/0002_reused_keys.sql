-- migrate:up

-- Begin a call, as before; but a key belongs to the tool it was first used for, and no other answers under it.
create or replace function claim_call(member uuid, call_key text, called text) returns jsonb
    language plpgsql as $$
declare
    earlier inbox;
begin
    perform set_config('pam.member', member::text, true);
    insert into inbox (user_id, key, tool) values (member, call_key, called) on conflict do nothing;
    if found then
        return null;
    end if;
    select * into earlier from inbox where user_id = member and key = call_key;
    if earlier.tool <> called then
        raise unique_violation using message = 'the key was used for ' || earlier.tool;
    end if;
    return earlier.reply;
end $$;

-- migrate:down

create or replace function claim_call(member uuid, call_key text, called text) returns jsonb
    language plpgsql as $$
declare
    earlier jsonb;
begin
    perform set_config('pam.member', member::text, true);
    insert into inbox (user_id, key, tool) values (member, call_key, called) on conflict do nothing;
    if not found then
        select reply into earlier from inbox where user_id = member and key = call_key;
    end if;
    return earlier;
end $$;
