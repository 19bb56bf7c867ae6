"""What this worker offers, and the tables it offers it from."""

from uuid import uuid4

import pytest

from pam_shared.contracts.tools import Effect, Visibility
from pam_shared.postgres.migrations import migrate, migrate_down
from pam_shared.tools.declaration import ID_FROM, find_tools
from pam_shared.tools.following import find_followers
from pam_tools_budget import tools
from pam_tools_budget.service import SERVICE

MANIFESTS = {tool.name: tool.manifest("budget") for tool in find_tools(tools)}
WRITES = {
    "create_expense",
    "update_expense",
    "delete_expense",
    "track_savings",
    "update_budget",
    "add_hustle_idea",
    "log_income",
    "log_hustle_attempt",
    "confirm_savings",
    "review_hustle_idea",
}


@pytest.mark.unit
def test_what_writes_says_so():
    """R-T4: only what reads may be called again without a key."""
    assert {name for name, tool in MANIFESTS.items() if tool.effect is not Effect.READ} == WRITES


@pytest.mark.unit
def test_what_is_for_services_and_operators_is_not_offered_to_the_model():
    """R-S4: the visibility of each tool."""
    kept = {name: tool.visibility for name, tool in MANIFESTS.items() if tool.visibility is not Visibility.LLM}
    assert kept == {
        "get_money_context": Visibility.INTERNAL,
        "get_money_records": Visibility.INTERNAL,
        "list_ideas_to_review": Visibility.ADMIN,
        "review_hustle_idea": Visibility.ADMIN,
    }


@pytest.mark.unit
def test_old_names_are_known():
    """R-T1: names of both generations resolve."""
    aliases = {alias: name for name, tool in MANIFESTS.items() for alias in tool.aliases}
    assert aliases == {
        "track_expense": "create_expense",
        "log_expense": "create_expense",
        "fetch_summary": "get_finance_summary",
        "add_idea": "add_hustle_idea",
        "list_active_ideas": "list_hustle_ideas",
    }


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(MANIFESTS))
def test_every_required_argument_shows_how_it_is_given(name):
    """R-T3: by an example, or by the tool whose result holds it."""
    schema = MANIFESTS[name].input_schema
    for field in schema.get("required", []):
        shown = schema["properties"][field]
        assert shown.get("examples") or shown.get(ID_FROM), field


@pytest.mark.unit
def test_what_the_service_says_it_follows_has_a_function():
    """R-T7: the worker would not start otherwise."""
    assert {follower.event for follower in find_followers(tools)} == set(SERVICE.follows)


async def test_migrations_go_down_and_up_again(administrator):
    """R-D3: everything that was made is taken back, in a schema of its own."""
    schema = f"budget_{uuid4().hex[:8]}"
    await administrator.execute(f"create schema {schema}")
    try:
        applied = await migrate(administrator, schema, SERVICE.migrations, "pam_budget")
        taken_back = await migrate_down(administrator, schema, SERVICE.migrations, len(applied), "pam_budget")
        assert taken_back == applied[::-1]
        left = await administrator.fetch(
            "select relname from pg_class where relnamespace = $1::text::regnamespace and relkind in ('r', 'v')", schema
        )
        assert [row["relname"] for row in left] == ["schema_migrations"]
        assert await migrate(administrator, schema, SERVICE.migrations, "pam_budget") == applied
    finally:
        await administrator.execute(f"drop schema {schema} cascade")
