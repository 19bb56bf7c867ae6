-- migrate:up

create table budget_categories (
    name text primary key,
    label text not null
);
insert into budget_categories (name, label) values
    ('gas', 'gas'), ('diesel', 'diesel'), ('propane', 'propane'), ('food', 'food'), ('groceries', 'groceries'),
    ('restaurant', 'restaurant'), ('campground', 'campground'), ('rv_park', 'RV park'), ('maintenance', 'maintenance'),
    ('repair', 'repair'), ('insurance', 'insurance'), ('registration', 'registration'), ('tolls', 'tolls'),
    ('parking', 'parking'), ('entertainment', 'entertainment'), ('shopping', 'shopping'), ('medical', 'medical'),
    ('pet', 'pet'), ('utilities', 'utilities'), ('internet', 'internet'), ('phone', 'phone'), ('other', 'other');
-- Expenses have no such key: it would make every insert touch one of 22 rows.
alter table budgets add constraint budgets_category_known foreign key (category) references budget_categories (name);

-- For operators, who have no zone of their own: the current period in UTC. The tools ask for the member's.
create view budget_summary with (security_invoker) as
select b.user_id, b.id as budget_id, b.category as name, b.period, b.amount as total_budget, s.spent as total_spent,
    b.amount - s.spent as total_remaining
from budgets b
cross join lateral (
    select case b.period when 'daily' then 'day' when 'weekly' then 'week' when 'monthly' then 'month'
        when 'quarterly' then 'quarter' else 'year' end as unit
) as p
cross join lateral (select date_trunc(p.unit, now() at time zone 'UTC') as start) as w
cross join lateral (
    select coalesce(sum(e.amount), 0) as spent from expenses e
    where e.user_id = b.user_id and e.category = b.category
        and e.date >= w.start::date and e.date < (w.start + case p.unit when 'quarter' then interval '3 months'
            else ('1 ' || p.unit)::interval end)::date
) as s;

-- migrate:down

drop view budget_summary;
alter table budgets drop constraint budgets_category_known;
drop table budget_categories;
