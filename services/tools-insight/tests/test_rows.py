"""Operators' tools over rows: the allow-list, typed filters, pages, and all or nothing."""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pam_shared.errors import ConflictError, InvalidRequestError, NotPermittedError
from pam_tools_insight.tools.bulk_database_operation import bulk_database_operation
from pam_tools_insight.tools.count_records import count_records
from pam_tools_insight.tools.create_record import create_record
from pam_tools_insight.tools.delete_records import delete_records
from pam_tools_insight.tools.read_records import read_records
from pam_tools_insight.tools.update_records import update_records
from pam_tools_insight.tools.upsert_records import upsert_records

TABLE = "pam_recommendations"


@pytest.fixture
def kind():
    """A type of recommendation nobody else uses."""
    return f"test-{uuid4().hex}"


@pytest.fixture
def make(admin, kind):
    """Make recommendations of that type."""

    async def make(**more):
        data = {"user_id": str(uuid4()), "type": kind, "content": "Something.", **more}
        return (await admin.run(create_record, table=TABLE, data=data)).record

    return make


async def test_an_operator_makes_reads_changes_and_deletes_rows_of_any_member(admin, make, kind):
    """R-T1: create, read, count, update, delete; each says how many rows it concerned."""
    made = await make(priority_level="low", savings_amount="12.50", expires_at="2030-01-01T00:00:00+02:00")
    assert (made["type"], made["priority_level"], str(made["savings_amount"])) == (kind, "low", "12.50")
    await make(priority_level="high")
    ours = {"type": {"eq": kind}}
    assert (await admin.run(count_records, table=TABLE, filters=ours)).count == 2
    changed = await admin.run(update_records, table=TABLE, filters=ours, data={"priority_level": "medium"})
    assert (changed.updated_count, changed.message) == (2, "2 rows of pam_recommendations changed.")
    page = await admin.run(read_records, table=TABLE, filters=ours, columns=["priority_level", "type"])
    assert page.records == [{"priority_level": "medium", "type": kind}] * 2
    gone = await admin.run(delete_records, table=TABLE, filters=ours, confirm=True)
    assert gone.deleted_count == 2
    assert (await admin.run(read_records, table=TABLE, filters=ours)).is_empty


async def test_members_may_use_none_of_them(member):
    """R-S4: whatever the model wants."""
    calls = [
        (read_records, {"table": TABLE}),
        (count_records, {"table": TABLE}),
        (create_record, {"table": TABLE, "data": {}}),
        (delete_records, {"table": TABLE, "filters": {"type": {"eq": "x"}}, "confirm": True}),
    ]
    for tool, arguments in calls:
        with pytest.raises(NotPermittedError):
            await member.run(tool, **arguments)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"priority_level": {"eq": "low"}}, {"a"}),
        ({"priority_level": {"neq": "low"}}, {"b", "c"}),
        ({"priority_level": {"in": ["low", "high"]}}, {"a", "c"}),
        ({"savings_amount": {"gt": "1.00"}}, {"b"}),
        ({"savings_amount": {"gte": 1, "lt": 2}}, {"a"}),
        ({"savings_amount": {"lte": 2}}, {"a", "b"}),
        ({"savings_amount": {"eq": None}}, {"c"}),
        ({"savings_amount": {"neq": None}}, {"a", "b"}),
        ({"savings_amount": {"neq": 1}}, {"b", "c"}),
        ({"user_viewed": {"eq": True}}, set()),
        ({"created_at": {"lt": "2020-01-01T00:00:00Z"}}, set()),
    ],
)
async def test_filters_compare_values_as_their_columns_take_them(admin, make, kind, filters, expected):
    """R-T3: each operator, and null."""
    await make(content="a", priority_level="low", savings_amount=1)
    await make(content="b", priority_level="medium", savings_amount=2)
    await make(content="c", priority_level="high")
    filters = {**filters, "type": {"eq": kind}}
    page = await admin.run(read_records, table=TABLE, filters=filters, columns=["content"])
    assert {row["content"] for row in page.records} == expected
    assert (await admin.run(count_records, table=TABLE, filters=filters)).count == len(expected)


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        (read_records, {"table": "pam_memory"}, "table"),
        (read_records, {"table": "expenses"}, "table"),
        (read_records, {"table": "inbox"}, "table"),
        (read_records, {"table": TABLE, "columns": ["words"]}, "has no column 'words'"),
        (read_records, {"table": TABLE, "order_by": "password"}, "has no column 'password'"),
        (read_records, {"table": TABLE, "order_by": "expires_at"}, "order_by"),
        (read_records, {"table": "chat_sessions", "order_by": "metadata"}, "order_by"),
        (read_records, {"table": TABLE, "filters": {"type": {"like": "%"}}}, "like"),
        (read_records, {"table": TABLE, "filters": {"type": {}}}, "give at least one"),
        (read_records, {"table": TABLE, "filters": {"type": {"gt": None}}}, "null"),
        (read_records, {"table": TABLE, "filters": {"type": {"in": []}}}, "in"),
        (read_records, {"table": TABLE, "filters": {"id": {"eq": "1 or 1=1"}}}, "filters: id"),
        (read_records, {"table": "chat_sessions", "filters": {"metadata": {"eq": {}}}}, "object"),
        (read_records, {"table": TABLE, "cursor": "bm9uc2Vuc2U="}, "cursor"),
        (read_records, {"table": TABLE, "limit": 501}, "limit"),
        (create_record, {"table": TABLE, "data": {"type": "a", "content": "b"}}, "user_id must be given"),
        (create_record, {"table": "pam_analytics_logs", "data": {"event_type": "x"}}, "made by PAM alone"),
        (create_record, {"table": "chat_sessions", "data": {"user_id": str(uuid4()), "id": str(uuid4())}}, "id"),
        (create_record, {"table": "chat_sessions", "data": {"user_id": str(uuid4()), "status": "lost"}}, "status"),
        (create_record, {"table": "chat_sessions", "data": {"user_id": None}}, "user_id"),
        (create_record, {"table": TABLE, "data": {"content": "x" * 60_000}}, "51,200"),
        (update_records, {"table": TABLE, "filters": {}, "data": {"user_viewed": True}}, "filters"),
        (update_records, {"table": TABLE, "filters": {"type": {"eq": "x"}}, "data": {}}, "data"),
        (
            update_records,
            {"table": TABLE, "filters": {"type": {"eq": "x"}}, "data": {"user_id": str(uuid4())}},
            "user_id",
        ),
        (delete_records, {"table": TABLE, "filters": {}, "confirm": True}, "filters"),
        (delete_records, {"table": TABLE, "filters": {"type": {"eq": "x"}}}, "confirm"),
        (delete_records, {"table": TABLE, "filters": {"type": {"eq": "x"}}, "confirm": False}, "confirm"),
        (delete_records, {"table": "security_audit_log", "filters": {"action": {"eq": "x"}}, "confirm": True}, "stay"),
        (upsert_records, {"table": TABLE, "records": [{}], "conflict_columns": ["id"]}, "have no name"),
        (upsert_records, {"table": "analytics_daily", "records": [{}], "conflict_columns": ["id"]}, "by date"),
        (upsert_records, {"table": "analytics_daily", "records": [{}], "conflict_columns": ["date"]}, "records.0"),
        (bulk_database_operation, {"operations": []}, "operations"),
        (bulk_database_operation, {"operations": [{"operation": "drop", "table": TABLE}]}, "operation"),
    ],
)
async def test_what_the_allow_list_does_not_hold_is_refused_by_name(admin, tool, arguments, named):
    """R-T3, R-S2: the sentence says what to mend."""
    with pytest.raises(InvalidRequestError, match=named):
        await admin.run(tool, **arguments)


async def test_a_row_that_is_there_already_is_a_conflict(admin, administrator):
    """R-T5: said as what it is."""
    day = await _unused_day(administrator)
    data = {"date": day, "log_count": 1, "unique_users": 1, "metrics": {}}
    await admin.run(create_record, table="analytics_daily", data=data)
    with pytest.raises(ConflictError, match="this date already"):
        await admin.run(create_record, table="analytics_daily", data=data)


async def test_an_upsert_makes_rows_and_changes_those_of_the_same_name(admin, administrator):
    """R-T1: also when one call names a row twice."""
    day = await _unused_day(administrator)
    rows = [{"date": day, "log_count": n, "unique_users": 1, "metrics": {"n": n}} for n in (1, 2)]
    done = await admin.run(upsert_records, table="analytics_daily", records=rows, conflict_columns=["date"])
    assert done.upserted_count == 2
    page = await admin.run(read_records, table="analytics_daily", filters={"date": {"eq": day}})
    assert [row["log_count"] for row in page.records] == [2]


async def test_a_bulk_is_one_transaction(admin, make, kind):
    """R-D1: what earlier operations did is seen by later ones, and told."""
    await make()
    ours = {"type": {"eq": kind}}
    new = {"user_id": str(uuid4()), "type": kind, "content": "New."}
    done = await admin.run(
        bulk_database_operation,
        operations=[
            {"operation": "create", "table": TABLE, "data": new},
            {"operation": "update", "table": TABLE, "filters": ours, "data": {"user_viewed": True}},
            {"operation": "delete", "table": TABLE, "filters": {**ours, "content": {"eq": "New."}}, "confirm": True},
        ],
    )
    assert done.committed
    assert [(one.operation, one.rows) for one in done.results] == [("create", 1), ("update", 2), ("delete", 1)]
    assert (await admin.run(count_records, table=TABLE, filters=ours)).count == 1


async def test_a_bulk_that_fails_does_nothing_and_says_where(admin, make, kind):
    """R-D1: all or nothing."""
    await make()
    ours = {"type": {"eq": kind}}
    operations = [
        {"operation": "delete", "table": TABLE, "filters": ours, "confirm": True},
        {"operation": "update", "table": TABLE, "filters": ours, "data": {"id": str(uuid4())}},
    ]
    with pytest.raises(
        InvalidRequestError, match=r"operation 2 \(update pam_recommendations\) failed, and nothing was done"
    ):
        await admin.run(bulk_database_operation, operations=operations)
    assert (await admin.run(count_records, table=TABLE, filters=ours)).count == 1


async def test_each_change_leaves_a_row_of_whose_it_was(admin, make, kind, administrator):
    """R-S4: in the same transaction."""
    await make()
    ours = {"type": {"eq": kind}}
    await admin.run(update_records, table=TABLE, filters=ours, data={"user_viewed": True})
    await admin.run(delete_records, table=TABLE, filters=ours, confirm=True)
    rows = await administrator.fetch(
        "select action, subject from insight.security_audit_log where operator_id = $1 order by id", admin.identity.user
    )
    told = [(row["action"], row["subject"]) for row in rows]
    assert told == [("create_record", TABLE), ("update_records", TABLE), ("delete_records", TABLE)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(1, 7),
    order=st.sampled_from(["-created_at", "created_at", "type", "-content", "user_viewed", "-id"]),
    count=st.integers(0, 12),
)
async def test_pages_hold_every_row_once_also_while_rows_are_added(new_member, limit, order, count):
    """R-D3: keyset pages; what is added meanwhile is seen at most once, what was there exactly once."""
    admin = new_member(roles=frozenset({"admin"}))
    mine = str(uuid4())

    async def add(number):
        data = {"user_id": mine, "type": f"{number % 3}", "content": f"{number % 4}", "user_viewed": number % 2 == 0}
        return (await admin.run(create_record, table=TABLE, data=data)).record["id"]

    there = [await add(number) for number in range(count)]
    read, cursor = [], None
    for _ in range(60):
        page = await admin.run(
            read_records,
            table=TABLE,
            filters={"user_id": {"eq": mine}},
            columns=["id"],
            order_by=order,
            limit=limit,
            cursor=cursor,
        )
        read += [row["id"] for row in page.records]
        assert page.has_more == (page.next_cursor is not None)
        if not page.has_more:
            break
        cursor = page.next_cursor
        if len(read) < count:  # else the end would run away from a reader of one row at a time
            await add(len(read))
    assert not page.has_more
    assert len(read) == len(set(read))
    assert set(there) <= set(read)


async def test_a_page_that_is_exactly_full_is_the_last(admin, make, kind):
    """R-D3: fifty-one are fetched to know whether there is a fifty-first."""
    await asyncio.gather(*(make() for _ in range(4)))
    page = await admin.run(read_records, table=TABLE, filters={"type": {"eq": kind}}, limit=4)
    assert (len(page.records), page.has_more, page.next_cursor) == (4, False, None)


async def test_a_cursor_belongs_to_its_order(admin, make, kind):
    """R-T3: mixed up, pages would skip rows silently."""
    await asyncio.gather(*(make() for _ in range(2)))
    ours = {"type": {"eq": kind}}
    page = await admin.run(read_records, table=TABLE, filters=ours, limit=1)
    with pytest.raises(InvalidRequestError, match="cursor"):
        await admin.run(read_records, table=TABLE, filters=ours, order_by="created_at", cursor=page.next_cursor)


async def _unused_day(administrator):
    return await administrator.fetchval(
        "select coalesce(max(date), '2100-01-01'::date) + 1 from insight.analytics_daily where date > '2100-01-01'"
    )
