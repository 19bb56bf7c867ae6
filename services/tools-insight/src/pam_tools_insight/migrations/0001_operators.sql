-- migrate:up

-- Operators' tools do their work as this role (`set local role`, once the caller's own role is checked). It sees the
-- rows of all members, in the tables granted to it below and no others. The worker's login inherits nothing of it:
-- without that statement it sees what the transaction's member sees.
do $$
begin
    create role pam_insight_operator nologin;
exception when duplicate_object or unique_violation then
    null; -- roles are the whole server's: another database of it has made this one
end $$;
grant pam_insight_operator to {role} with inherit false, set true;
do $$
begin
    execute format('grant usage on schema %I to pam_insight_operator', current_schema());
end $$;
grant execute on function current_member() to pam_insight_operator;

-- What operators changed. Whose hand it was is kept when that person leaves, hence no user_id.
create table security_audit_log (
    id uuid primary key default uuidv7(),
    operator_id uuid not null,
    action text not null,
    subject text not null,
    detail jsonb not null default '{}',
    created_at timestamptz not null default now()
);
create index security_audit_log_by_time on security_audit_log (created_at, id);
grant select, insert on security_audit_log to pam_insight_operator;

create table admin_users (
    id uuid primary key default uuidv7(),
    user_id uuid not null unique,
    email text not null check (length(email) <= 320),
    role text not null check (role in ('support', 'editor', 'owner')),
    permissions jsonb not null default '{}',
    region text,
    status text not null default 'active' check (status in ('active', 'suspended')),
    last_login timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index admin_users_by_time on admin_users (created_at, id);
alter table admin_users enable row level security;
create policy own_rows on admin_users using (user_id = current_member());
create policy operators on admin_users to pam_insight_operator using (true);
grant select, insert, update, delete on admin_users to pam_insight_operator;

-- migrate:down

drop table admin_users;
drop table security_audit_log;
revoke execute on function current_member() from pam_insight_operator;
revoke pam_insight_operator from {role};
do $$
begin
    execute format('revoke usage on schema %I from pam_insight_operator', current_schema());
end $$;
do $$
begin
    drop role pam_insight_operator;
exception when dependent_objects_still_exist then
    null; -- another database still needs it
end $$;
