"""Whose rows they are: another member's things are not found, in the tools and in SQL with the worker's own login."""

import pytest

from pam_shared.errors import NotFoundError
from pam_shared.postgres.pool import member_transaction
from pam_tools_account.tools.add_to_cart import add_to_cart
from pam_tools_account.tools.checkout import checkout
from pam_tools_account.tools.create_calendar_event import create_calendar_event
from pam_tools_account.tools.create_vehicle import create_vehicle
from pam_tools_account.tools.delete_calendar_event import delete_calendar_event
from pam_tools_account.tools.get_calendar_events import get_calendar_events
from pam_tools_account.tools.get_cart import get_cart
from pam_tools_account.tools.get_vehicles import get_vehicles
from pam_tools_account.tools.manage_privacy import manage_privacy
from pam_tools_account.tools.record_user_feedback import record_user_feedback
from pam_tools_account.tools.track_order import track_order
from pam_tools_account.tools.update_calendar_event import update_calendar_event
from pam_tools_account.tools.update_profile import update_profile
from pam_tools_account.tools.update_settings import update_settings

TABLES = "select c.relname from pg_class c where c.relnamespace = 'account'::regnamespace and c.relkind = 'r'"
WITHOUT_MEMBERS = {"shop_products", "schema_migrations"}


@pytest.fixture
async def owned(new_member, new_product, administrator):
    """A member who has a row in every table, and their order and entry."""
    owner = new_member()
    await owner.run(update_profile, bio="Mine")
    await owner.run(update_settings, theme="dark")
    await owner.run(manage_privacy, trip_sharing=True)
    await owner.run(create_vehicle, name="Mine")
    await owner.run(record_user_feedback, message_id="m", rating=5)
    entry = (await owner.run(create_calendar_event, title="Mine", start_date="2026-05-14")).event
    product = await new_product()
    await owner.run(add_to_cart, product_id=product)
    order = (await owner.run(checkout, confirm=True)).order
    await owner.run(add_to_cart, product_id=product)
    user = owner.identity.user
    await administrator.execute(
        "insert into account.user_subscriptions (user_id, plan_type, status) values ($1, 'plus', 'active')", user
    )
    await administrator.execute(
        "insert into account.affiliate_sales (user_id, product_id, sale_amount, commission_rate, commission_amount,"
        " sale_date) values ($1, $2, 1, 0.1, 0.1, '2026-05-01')",
        user,
        product,
    )
    return owner, order, entry


async def test_anothers_things_are_not_found(owned, new_member):
    """R-T6: not found, never "not yours"; and they are still as they were."""
    owner, order, entry = owned
    other = new_member()
    for tool, arguments in (
        (track_order, {"order_id": order.id}),
        (track_order, {"order_number": order.order_number}),
        (update_calendar_event, {"event_id": entry.id, "title": "Theirs"}),
    ):
        with pytest.raises(NotFoundError):
            await other.run(tool, **arguments)
    assert not (await other.run(delete_calendar_event, event_id=entry.id)).deleted
    for tool in (get_cart, get_vehicles, get_calendar_events, track_order):
        assert (await other.run(tool)).is_empty
    assert (await owner.run(get_calendar_events)).events == [entry]


async def test_no_table_shows_another_members_rows(owned, new_member, pool, administrator):
    """R-D3: row-level security on every table with a member's rows, straight in SQL."""
    owner, other = owned[0].identity.user, new_member().identity.user
    tables = {row["relname"] for row in await administrator.fetch(TABLES)} - WITHOUT_MEMBERS - {"inbox", "outbox"}
    for table in sorted(tables):
        statement = f"select count(*) from {table} where user_id = $1"
        async with member_transaction(pool, owner) as db:
            assert await db.fetchval(statement, owner) > 0, table
        async with member_transaction(pool, other) as db:
            assert await db.fetchval(statement, owner) == 0, table


async def test_every_table_with_a_members_rows_is_under_row_level_security(administrator):
    """R-D3: also one that is added later."""
    open_tables = await administrator.fetch(f"{TABLES} and not relrowsecurity")
    assert {row["relname"] for row in open_tables} == WITHOUT_MEMBERS


async def test_who_leaves_leaves_nothing_behind(owned, administrator, pool):
    """R-D7: orders, their lines and all the rest, in whatever order they refer to each other."""
    user = owned[0].identity.user
    async with member_transaction(pool, user) as db:
        await db.execute("select forget_member()")
    tables = {row["relname"] for row in await administrator.fetch(TABLES)} - WITHOUT_MEMBERS - {"inbox", "outbox"}
    for table in tables:
        left = await administrator.fetchval(f"select count(*) from account.{table} where user_id = $1", user)
        assert left == 0, table
