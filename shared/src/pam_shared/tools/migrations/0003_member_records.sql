-- migrate:up

-- The tables that hold members' rows, the SDK's own aside.
create function member_tables() returns setof text
    language sql stable security definer set search_path from current as $$
    select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname = 'user_id' and not a.attisdropped and c.relname not in ('inbox', 'outbox')
    order by 1;
$$;

-- All rows of a table that belong to the transaction's member, oldest first, from an offset on; without columns that
-- PostgreSQL makes of others.
create function member_rows(of_table text, skip integer, batch integer) returns setof jsonb
    language plpgsql stable security definer set search_path from current as $$
declare
    made text[] := array(
        select attname from pg_attribute where attrelid = to_regclass(quote_ident(of_table)) and attgenerated <> '');
begin
    if not exists (select from member_tables() as known where known = of_table) then
        raise undefined_table using message = of_table || ' holds no rows of members';
    end if;
    return query execute format(
        'select to_jsonb(t) - $3 from %I t where t.user_id = current_member()'
        ' order by to_jsonb(t)->>''id'', t::text offset $1 limit $2',
        of_table) using skip, batch, made;
end $$;

-- Delete all rows of the transaction's member; what others' rows still refer to is tried again when those are gone.
create function forget_member() returns void
    language plpgsql security definer set search_path from current as $$
declare
    waiting text[] := array(select member_tables());
    refused text[];
    forgotten text;
begin
    delete from inbox where user_id = current_member() and reply is not null;
    while waiting <> '{}' loop
        refused := '{}';
        foreach forgotten in array waiting loop
            begin
                execute format('delete from %I where user_id = current_member()', forgotten);
            exception when foreign_key_violation then
                refused := refused || forgotten;
            end;
        end loop;
        if refused = waiting then
            raise foreign_key_violation using message = 'rows of other members refer to ' || array_to_string(refused, ', ');
        end if;
        waiting := refused;
    end loop;
end $$;

-- How often a member has called a tool that writes since a moment.
create function calls_since(called text, moment timestamptz) returns bigint
    language sql stable
    return (select count(*) from inbox where user_id = current_member() and tool = called and created_at > moment);

grant execute on function
    member_tables(), member_rows(text, integer, integer), forget_member(), calls_since(text, timestamptz) to {role};

-- migrate:down

drop function calls_since(text, timestamptz);
drop function forget_member();
drop function member_rows(text, integer, integer);
drop function member_tables();
