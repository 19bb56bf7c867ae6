"""Nothing crosses from one member to another, by any tool, any id, any login."""

import json
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from pam_shared.service import installed_services
from tests.catalogue import audit

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
FOR_OPERATORS = {"persistence.message_dead_letter_queue", "persistence.security_audit_log"}
"""Written by the recorder, read by operators: no member's query ever reaches them."""


@pytest.fixture(scope="session")
async def findings(settled, new_actor, tools, house):
    """Every attempt, and the report of them as ``artifacts/audit.md``."""
    actors = {name: new_actor(roles=roles) for name, roles in audit.ROLES.items()}
    thief = new_actor()
    found = []
    for tool in tools.values():
        found += await audit.by_role(tool, actors)
        if thief.may(tool):
            found += await audit.with_foreign_ids(tool, settled, thief)
    for spec in installed_services():
        if spec.schema:
            url = login(house, spec)
            found += await audit.in_sql(url, spec.schema, settled.user)
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "audit.md").write_text("\n".join(audit.report(found)) + "\n")
    return found


def login(house, spec):
    port = house.processes()["postgres"]["port"]
    password = house.secret("postgres", spec.name)
    return f"postgresql://pam_{spec.schema}:{password}@127.0.0.1:{port}/postgres"


async def test_no_attempt_gets_what_it_must_not(findings, tools):
    """R-T6, R-S4, G6: every tool as every role, with every foreign id, and the same in SQL with each login."""
    assert len(findings) > 7 * len(tools)
    assert not [finding for finding in findings if not finding.good]


async def test_every_table_with_members_rows_has_row_level_security(house):
    """G6: no table is forgotten, whoever adds one."""
    connection = await asyncpg.connect(house.postgres_url)
    rows = await connection.fetch(
        "select c.relnamespace::regnamespace || '.' || c.relname as name from pg_class c"
        " join pg_attribute a on a.attrelid = c.oid where a.attname = 'user_id' and c.relkind in ('r', 'p')"
        " and not c.relrowsecurity"
    )
    await connection.close()
    assert {row["name"] for row in rows} == FOR_OPERATORS


async def test_the_audit_can_find_something(settled, new_actor, tools):
    """R-T6: an attempt with the owner's own id, called a theft, is reported."""
    tool = tools["track_order"]
    found = await audit.with_foreign_ids(tool, settled, settled)
    assert json.dumps([finding.good for finding in found]) == "[false]"
    assert "WRONG" in "\n".join(audit.report([replace(finding, good=False) for finding in found]))
