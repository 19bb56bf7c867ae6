-- migrate:up

-- A reservation may be for several calls, a pot: each that is settled out of it takes its cost from it, and what is not
-- needed in the end is given back. What a statement changed is counted in one go, however many calls it wrote.

drop trigger counted on model_calls;

create function add_up(come model_calls[], gone model_calls[]) returns void
    language sql security definer set search_path from current as $$
    insert into spending as total (scope, owner, period, spent, reserved)
    select scope, owner, period, sum(spent), sum(reserved)
    from (select share.* from unnest(come) as call, shares_of(call) as share
          union all
          select scope, owner, period, -spent, -reserved from unnest(gone) as call, shares_of(call)) as change
    group by scope, owner, period
    on conflict (scope, owner, period) do update
        set spent = total.spent + excluded.spent, reserved = total.reserved + excluded.reserved;
$$;

create function count_calls() returns trigger
    language plpgsql security definer set search_path from current as $$
declare
    come model_calls[];
    gone model_calls[];
begin
    if tg_op <> 'DELETE' then
        select array_agg(call) into come from written as call;
    end if;
    if tg_op <> 'INSERT' then
        select array_agg(call) into gone from replaced as call;
    end if;
    if come is not null or gone is not null then
        perform add_up(come, gone);
    end if;
    return null;
end $$;
create trigger counted_in after insert on model_calls
    referencing new table as written for each statement execute function count_calls();
create trigger counted_anew after update on model_calls
    referencing new table as written old table as replaced for each statement execute function count_calls();
create trigger counted_out after delete on model_calls
    referencing old table as replaced for each statement execute function count_calls();

-- What follows takes the place of reserve_calls, settle_calls and what they use. Those stay, for processes of the version
-- before that are still at work while this is put in.

create function warn_of(calls model_calls[], ceilings jsonb, asked numeric) returns void
    language sql security definer set search_path from current as $$
    with reached as (
        update spending as total set warned = true
        from (select distinct scope, owner, period from unnest(calls) as call, shares_of(call)) as share
        where (total.scope, total.owner, total.period) = (share.scope, share.owner, share.period)
          and not total.warned
          and total.spent + total.reserved + asked >= 0.8 * (ceilings ->> total.scope)::numeric
        returning total.scope, total.owner, total.period
    )
    insert into outbox (user_id, stream, subject, body)
    select owner, 'EVENTS', 'pam.event.costs.threshold_reached.v1', jsonb_build_object(
        'id', uuidv7(), 'user', owner, 'occurred_at', now(),
        'data', jsonb_build_object('ceiling', scope, 'period', period, 'dollars', ceilings ->> scope))
    from reached;
$$;

-- Reserve a call's estimate; return the ceiling it would `pass`, or null, and whether less than four fifths of each is
-- gone with it. What an earlier attempt of the turn left, and what nobody settled in time, stays counted.
create function costs_reserve_one(call jsonb, ceilings jsonb, out passes text, out ample boolean)
    language plpgsql security definer set search_path from current as $$
declare
    wanted model_calls := kept(call || '{"state": "reserved"}');
begin
    update model_calls set state = 'assumed'
    where user_id = wanted.user_id and state = 'reserved'
      and (expires_at < wanted.reserved_at or turn = wanted.turn and attempt < wanted.attempt);
    ample := false;
    if exists (select from model_calls where id = wanted.id) then
        return;
    end if;
    select scope into passes
    from shares_of(wanted) as share left join spending as total using (scope, owner, period)
    where coalesce(total.spent + total.reserved, 0) + wanted.cost > (ceilings ->> scope)::numeric
    order by scope desc limit 1;
    if passes is null then
        insert into model_calls select wanted.*;
        ample := not exists (
            select from shares_of(wanted) as share join spending as total using (scope, owner, period)
            where total.spent + total.reserved >= 0.8 * (ceilings ->> scope)::numeric);
    end if;
    if not ample then
        perform warn_of(array[wanted], ceilings, case when passes is null then 0 else wanted.cost end);
    end if;
end $$;

-- Reserve calls one after the other: what each may pass is decided with those before it counted.
create function costs_reserve(calls jsonb, ceilings jsonb) returns jsonb
    language plpgsql security definer set search_path from current as $$
begin
    -- Nobody holds the others up while the disk is written. What a crash loses of this is inserted by its settlement.
    perform set_config('synchronous_commit', 'off', true);
    lock table forgotten_members in share mode;
    perform hold_spending();
    return (
        select jsonb_agg(jsonb_build_object('passes', passes, 'ample', ample) order by place)
        from jsonb_array_elements(calls) with ordinality as each (one, place), costs_reserve_one(one, ceilings));
end $$;

-- Write down what calls cost, whether they were reserved or not, and take it from the `pot` of each. The first
-- settlement of a call holds. One that was not `made` is struck out, or, where its reservation is still to come, kept
-- at nothing. All is on the disk once the caller has flushed.
create function costs_settle(calls jsonb, ceilings jsonb) returns void
    language plpgsql security definer set search_path from current as $$
declare
    struck uuid[];
    settled uuid[];
begin
    perform set_config('synchronous_commit', 'off', true);
    lock table forgotten_members in share mode;
    perform hold_spending();
    select array_agg(call.id) into struck
    from jsonb_array_elements(calls) as one join model_calls as call on call.id = (one ->> 'id')::uuid
    where not (one ->> 'made')::boolean and call.state <> 'settled';

    with done as (
        insert into model_calls as known
        select distinct on (call.id) call.*
        from jsonb_array_elements(calls) as one, kept(one || '{"state": "settled"}') as call
        where call.id = any (struck) is not true
        on conflict (id) do update set
            state = 'settled', cost = excluded.cost, input_tokens = excluded.input_tokens,
            output_tokens = excluded.output_tokens, cache_read_tokens = excluded.cache_read_tokens,
            cache_write_tokens = excluded.cache_write_tokens
        where known.state <> 'settled'
        returning id
    )
    select array_agg(id) into settled from done;

    update model_calls as pot set cost = greatest(0, pot.cost - taken.cost)
    from (select (one ->> 'pot')::uuid as id, sum((one ->> 'cost')::numeric) as cost
          from (select distinct one from jsonb_array_elements(calls) as one) as each
          where (one ->> 'id')::uuid = any (settled) and one ->> 'pot' is not null group by 1) as taken
    where pot.id = taken.id and pot.state <> 'settled' and pot.id = any (struck) is not true;

    if struck is not null then
        delete from model_calls where id = any (struck);
    end if;
    perform warn_of(array(select call from model_calls as call where id = any (settled)), ceilings, 0);
end $$;

grant execute on function costs_reserve(jsonb, jsonb), costs_settle(jsonb, jsonb) to {role};

-- migrate:down

drop function costs_settle(jsonb, jsonb);
drop function costs_reserve(jsonb, jsonb);
drop function costs_reserve_one(jsonb, jsonb);
drop function warn_of(model_calls[], jsonb, numeric);
drop trigger counted_in on model_calls;
drop trigger counted_anew on model_calls;
drop trigger counted_out on model_calls;
drop function count_calls();
drop function add_up(model_calls[], model_calls[]);
create trigger counted after insert or update on model_calls for each row execute function count_call();
