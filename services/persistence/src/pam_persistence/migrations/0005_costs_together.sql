-- migrate:up

-- Reserve calls one after the other, in one transaction: what each may pass is decided with those before it counted.
create function reserve_calls(calls jsonb, ceilings jsonb) returns text[]
    language sql security definer set search_path from current as $$
    select array_agg(passed order by place) from (
        select place, reserve_call(one, ceilings) as passed
        from jsonb_array_elements(calls) with ordinality as each (one, place)
    ) as reserved;
$$;
grant execute on function reserve_calls(jsonb, jsonb) to {role};

-- migrate:down

drop function reserve_calls(jsonb, jsonb);
