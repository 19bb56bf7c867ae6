-- migrate:up

-- One row per model call. `cost` is its estimate while it is reserved or, never settled, assumed; then what it cost.
-- Days are calendar days: `day` in UTC, `member_day` in the member's zone. Of members who left, the money stays.
create table model_calls (
    id uuid primary key,
    user_id uuid,
    turn uuid,
    step integer not null,
    attempt integer not null,
    model text not null,
    trace_id text not null,
    state text not null check (state in ('reserved', 'settled', 'assumed')),
    cost numeric(14, 6) not null check (cost >= 0),
    input_tokens bigint not null default 0,
    output_tokens bigint not null default 0,
    cache_read_tokens bigint not null default 0,
    cache_write_tokens bigint not null default 0,
    day date not null,
    member_day date not null,
    reserved_at timestamptz not null,
    expires_at timestamptz not null
);
create index model_calls_by_member on model_calls (user_id, member_day);
create index model_calls_by_day on model_calls using brin (day);
create index model_calls_open on model_calls (user_id) where state = 'reserved';

-- What counts against a ceiling in a period. A trigger keeps it the sum of model_calls, whatever happens to them.
create table spending (
    scope text not null check (scope in ('member_day', 'day', 'month')),
    owner uuid not null,
    period date not null,
    spent numeric(14, 6) not null,
    reserved numeric(14, 6) not null,
    warned boolean not null default false,
    primary key (scope, owner, period)
) with (fillfactor = 50);

-- Published by the relay, deleted once JetStream has it.
create table outbox (
    id uuid primary key default uuidv7(),
    user_id uuid not null,
    stream text not null,
    subject text not null,
    headers jsonb not null default '{}',
    body jsonb not null
);

alter table model_calls enable row level security;
alter table spending enable row level security;
alter table outbox enable row level security;
create policy own_rows on model_calls using (user_id = current_member());
create policy own_rows on spending using (owner = current_member());
create policy own_rows on outbox using (user_id = current_member());

-- Everybody's totals belong to the zero id.
create function shares_of(call model_calls)
    returns table (scope text, owner uuid, period date, spent numeric, reserved numeric)
    language sql immutable
    begin atomic
        select share.scope, share.owner, share.period,
               case when call.state = 'reserved' then 0 else call.cost end,
               case when call.state = 'reserved' then call.cost else 0 end
        from (values
            ('day', '00000000-0000-0000-0000-000000000000'::uuid, call.day),
            ('member_day', call.user_id, call.member_day),
            ('month', '00000000-0000-0000-0000-000000000000'::uuid, date_trunc('month', call.day::timestamp)::date)
        ) as share (scope, owner, period)
        where call.id is not null and share.owner is not null;
    end;

create function count_call() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    insert into spending as total (scope, owner, period, spent, reserved)
    select scope, owner, period, sum(spent), sum(reserved)
    from (select * from shares_of(new)
          union all select scope, owner, period, -spent, -reserved from shares_of(old)) as change
    group by scope, owner, period
    on conflict (scope, owner, period) do update
        set spent = total.spent + excluded.spent, reserved = total.reserved + excluded.reserved;
    return null;
end $$;
create trigger counted after insert or update on model_calls for each row execute function count_call();

-- Taken before anything is read or changed. Every call adds to the same totals and would wait for the others there;
-- waiting here instead, none reads what another is about to change, and none can deadlock.
create function hold_spending() returns void
    language sql security definer set search_path from current as $$
    select pg_advisory_xact_lock('spending'::regclass::oid::bigint);
$$;

-- A call as it may be kept: of a member who left, nothing but what it cost.
create function kept(call jsonb) returns model_calls
    language sql stable security definer set search_path from current as $$
    select jsonb_populate_record(null::model_calls, case
        when exists (select from forgotten_members where user_id = (call ->> 'user_id')::uuid)
        then call || '{"user_id": null, "turn": null, "trace_id": ""}' else call end);
$$;

-- Tell, once per ceiling and period, that four fifths are gone. `asked` is what was refused on top.
create function warn_of(call model_calls, ceilings jsonb, asked numeric) returns void
    language sql security definer set search_path from current as $$
    with reached as (
        update spending as total set warned = true
        from shares_of(call) as share
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

-- Reserve a call's estimate; return the ceiling it would pass, or null. What an earlier attempt of the turn left, and
-- what nobody settled in time, was perhaps paid for: it stays counted.
create function reserve_call(call jsonb, ceilings jsonb) returns text
    language plpgsql security definer set search_path from current as $$
declare
    wanted model_calls;
    passed text;
begin
    -- Nobody holds the others up while the disk is written. What a crash loses of this is inserted by its settlement.
    perform set_config('synchronous_commit', 'off', true);
    lock table forgotten_members in share mode;
    perform hold_spending();
    wanted := kept(call || '{"state": "reserved"}');
    update model_calls set state = 'assumed'
    where user_id = wanted.user_id and state = 'reserved'
      and (expires_at < wanted.reserved_at or turn = wanted.turn and attempt < wanted.attempt);
    if exists (select from model_calls where id = wanted.id) then
        return null;
    end if;
    select scope into passed
    from shares_of(wanted) as share left join spending as total using (scope, owner, period)
    where coalesce(total.spent + total.reserved, 0) + wanted.cost > (ceilings ->> scope)::numeric
    order by scope desc limit 1;
    if passed is null then
        insert into model_calls select wanted.*;
    end if;
    perform warn_of(wanted, ceilings, case when passed is null then 0 else wanted.cost end);
    return passed;
end $$;

-- Write down what calls cost, whether they were reserved or not. The first settlement of a call holds. It is on the disk
-- once the caller has flushed.
create function settle_calls(calls jsonb, ceilings jsonb) returns void
    language plpgsql security definer set search_path from current as $$
declare
    one jsonb;
    done model_calls;
begin
    perform set_config('synchronous_commit', 'off', true);
    lock table forgotten_members in share mode;
    perform hold_spending();
    for one in select value from jsonb_array_elements(calls) loop
        done := kept(one || '{"state": "settled"}');
        insert into model_calls as known select done.*
        on conflict (id) do update set
            state = 'settled', cost = excluded.cost, input_tokens = excluded.input_tokens,
            output_tokens = excluded.output_tokens, cache_read_tokens = excluded.cache_read_tokens,
            cache_write_tokens = excluded.cache_write_tokens
        where known.state <> 'settled';
        perform warn_of(done, ceilings, 0);
    end loop;
end $$;

-- What everybody's calls cost from a day until another, by model.
create function costs_by_model(first date, next date)
    returns table (model text, calls bigint, cost numeric, input_tokens bigint, output_tokens bigint,
                   cache_read_tokens bigint, cache_write_tokens bigint)
    language sql stable security definer set search_path from current as $$
    select model, count(*), sum(cost), sum(input_tokens)::bigint, sum(output_tokens)::bigint,
           sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint
    from model_calls where day >= first and day < next group by model order by model;
$$;

-- How much of each total's ceiling is taken in the periods of a day, in dollars.
create function spent_in(today date) returns table (scope text, dollars numeric)
    language sql stable security definer set search_path from current as $$
    select scope, spent + reserved from spending
    where owner = '00000000-0000-0000-0000-000000000000'
      and (scope, period) in (('day', today), ('month', date_trunc('month', today::timestamp)::date));
$$;

create function take_outbox(batch integer) returns setof outbox
    language sql security definer set search_path from current as $$
    delete from outbox where id in (select id from outbox order by id limit batch for update skip locked) returning *;
$$;

-- As before, and what their calls cost is nobody's any more.
create or replace function forget_member(member uuid) returns void
    language sql security definer set search_path from current as $$
    delete from forgotten_members where forgotten_at < now() - interval '31 days';
    insert into forgotten_members (user_id) values (member)
        on conflict (user_id) do update set forgotten_at = now();
    delete from pam_messages where user_id = member;
    delete from pam_conversations where user_id = member;
    update security_audit_log set parameters = '{}' where user_id = member and parameters <> '{}';
    delete from message_dead_letter_queue as letter where is_of(member, letter);
    select hold_spending();
    update model_calls set user_id = null, turn = null, trace_id = '' where user_id = member;
    delete from spending where owner = member;
    delete from outbox where user_id = member;
$$;

grant execute on function
    reserve_call(jsonb, jsonb), settle_calls(jsonb, jsonb), costs_by_model(date, date), spent_in(date),
    take_outbox(integer) to {role};
grant select on model_calls to {role};

-- migrate:down

create or replace function forget_member(member uuid) returns void
    language sql security definer set search_path from current as $$
    delete from forgotten_members where forgotten_at < now() - interval '31 days';
    insert into forgotten_members (user_id) values (member)
        on conflict (user_id) do update set forgotten_at = now();
    delete from pam_messages where user_id = member;
    delete from pam_conversations where user_id = member;
    update security_audit_log set parameters = '{}' where user_id = member and parameters <> '{}';
    delete from message_dead_letter_queue as letter where is_of(member, letter);
$$;
drop function take_outbox(integer);
drop function spent_in(date);
drop function costs_by_model(date, date);
drop function settle_calls(jsonb, jsonb);
drop function reserve_call(jsonb, jsonb);
drop function warn_of(model_calls, jsonb, numeric);
drop function kept(jsonb);
drop function hold_spending();
drop trigger counted on model_calls;
drop function count_call();
drop function shares_of(model_calls);
drop table outbox;
drop table spending;
drop table model_calls;
