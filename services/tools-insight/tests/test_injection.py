"""SQL injection tried on operators' tools: in names it is refused, in values it is only a value."""

import string
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pam_shared.errors import InvalidRequestError
from pam_tools_insight.allowed import TABLES
from pam_tools_insight.tools.count_records import count_records
from pam_tools_insight.tools.create_record import create_record
from pam_tools_insight.tools.delete_records import delete_records
from pam_tools_insight.tools.read_records import read_records
from pam_tools_insight.tools.update_records import update_records
from pam_tools_insight.tools.upsert_records import upsert_records

TABLE = "pam_recommendations"
ATTACKS = [
    "'; drop table pam_recommendations; --",
    '"; delete from pam_recommendations; --',
    '" or "1"="1',
    "1 or 1=1",
    "x' union select content from pam_memory --",
    "id) from pam_memory; --",
    'type" is not null or "type',
    "$1",
    "type::text",
    "created_at desc, (select 1)",
    "pam_memory.content",
    "Type",
    " type",
    "type ",
    "type\u0000",
    "\\",
    "\ufb00\uff07; drop",
]
PIECES = st.sampled_from(
    ["'", '"', ";", "--", "/*", ")", "(", " or ", "select", "drop table", "pam_memory", "$1", "\\", "id", "type"]
)
TEXTS = st.one_of(
    st.sampled_from(ATTACKS),
    st.lists(PIECES, min_size=1, max_size=6).map("".join),
    st.text(string.printable, min_size=1, max_size=30),
)
QUICKLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def unknown(name):
    return name not in TABLES[TABLE].columns


@pytest.fixture
async def bystander(admin):
    """A row of another member that no attack may touch, and a way to see that it did not."""
    data = {"user_id": str(uuid4()), "type": "bystander", "content": "Untouched."}
    made = (await admin.run(create_record, table=TABLE, data=data)).record

    async def untouched():
        page = await admin.run(read_records, table=TABLE, filters={"id": {"eq": str(made["id"])}})
        return page.records == [made]

    return untouched


@QUICKLY
@given(name=TEXTS.filter(unknown))
async def test_a_name_that_is_not_on_the_list_reaches_no_statement(admin, bystander, name):
    """R-S2: as a table, a column, an order, a filter, a value's column, a conflict column."""
    harmless = {"type": {"eq": "nothing has this type"}}
    attempts = [
        (read_records, {"table": name}),
        (read_records, {"table": TABLE, "columns": [name]}),
        (read_records, {"table": TABLE, "order_by": name}),
        (read_records, {"table": TABLE, "order_by": f"-{name}"}),
        (count_records, {"table": TABLE, "filters": {name: {"eq": "x"}}}),
        (create_record, {"table": TABLE, "data": {"user_id": str(uuid4()), "type": "a", "content": "b", name: "x"}}),
        (update_records, {"table": TABLE, "filters": harmless, "data": {name: "x"}}),
        (update_records, {"table": TABLE, "filters": {name: {"eq": "x"}}, "data": {"user_viewed": True}}),
        (delete_records, {"table": TABLE, "filters": {name: {"eq": "x"}}, "confirm": True}),
        (upsert_records, {"table": "analytics_daily", "records": [{name: 1}], "conflict_columns": [name]}),
    ]
    for tool, arguments in attempts:
        if arguments.get("order_by", "").removeprefix("-") in TABLES[TABLE].columns:
            continue  # "-type" is a way to say an order
        with pytest.raises(InvalidRequestError):
            await admin.run(tool, **arguments)
    assert await bystander()


@QUICKLY
@given(value=st.one_of(TEXTS, st.text(max_size=50)).filter(lambda text: 0 < len(text) <= 50 and "\x00" not in text))
async def test_a_value_is_stored_and_found_as_it_is(admin, bystander, value):
    """R-S2: quotes, semicolons and keywords are text like any other."""
    mine = str(uuid4())
    data = {"user_id": mine, "type": value, "content": value}
    made = (await admin.run(create_record, table=TABLE, data=data)).record
    assert (made["type"], made["content"]) == (value, value)
    ours = {"type": {"eq": value, "in": [value, "other"]}, "content": {"neq": "other"}, "user_id": {"eq": mine}}
    assert (await admin.run(count_records, table=TABLE, filters=ours)).count == 1
    assert (await admin.run(update_records, table=TABLE, filters=ours, data={"location": value})).updated_count == 1
    assert (await admin.run(delete_records, table=TABLE, filters=ours, confirm=True)).deleted_count == 1
    assert await bystander()


@QUICKLY
@given(value=st.one_of(TEXTS, st.text(max_size=80)))
async def test_a_cursor_made_up_by_somebody_is_refused(admin, value):
    """R-S2: a cursor is read, never trusted."""
    with pytest.raises(InvalidRequestError, match="cursor"):
        await admin.run(read_records, table=TABLE, cursor=value)
