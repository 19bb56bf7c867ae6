"""The schema goes up, down and up again, also once somebody has used it."""

from uuid import uuid4

import pytest

from pam_shared.postgres.migrations import login_role, migrate, migrate_down
from pam_tools_account.service import SERVICE

OWN = 4


@pytest.fixture
async def schema(administrator, databases):
    """A schema of this test's own."""
    assert SERVICE.name in databases  # the login role is there
    name = f"account_{uuid4().hex[:8]}"
    await administrator.execute(f"create schema {name}")
    yield name
    await administrator.execute(f"drop schema {name} cascade")


async def test_every_migration_can_be_taken_back_and_applied_again(administrator, schema):
    """R-D3: samples that were ordered go with the samples."""
    role = login_role(SERVICE.schema)
    applied = await migrate(administrator, schema, SERVICE.migrations, role)
    await administrator.execute(f"set search_path to {schema}")
    await administrator.execute(
        "with o as (insert into shop_orders (user_id, order_number, subtotal, tax, shipping, total, sample)"
        " values ($1, 'PAM-000001', 1, 0, 0, 1, true) returning id), p as (select id from shop_products limit 1),"
        " c as (insert into cart_items (user_id, product_id, quantity) select $1, id, 1 from p)"
        " insert into order_items (user_id, order_id, product_id, name, quantity, price_at_purchase)"
        " select $1, o.id, p.id, 'Thing', 1, 1 from o, p",
        uuid4(),
    )
    undone = await migrate_down(administrator, schema, SERVICE.migrations, OWN)
    assert undone == list(reversed(applied))[:OWN]
    left = await administrator.fetch("select tablename from pg_tables where schemaname = $1", schema)
    assert {row["tablename"] for row in left} == {"inbox", "outbox", "schema_migrations"}
    assert await migrate(administrator, schema, SERVICE.migrations, role) == applied[-OWN:]
    assert await administrator.fetchval("select count(*) from shop_products where sample") == 32
