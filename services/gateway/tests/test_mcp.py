"""The tools for MCP clients: with the package's own client over real HTTP, on a real worker, in both eras of MCP."""

import asyncio
import sys
from uuid import uuid4

import httpx
import pytest
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

from pam_shared.contracts.identity import Role
from pam_shared.postgres.pool import open_pool
from services.gateway.tests.speaking_mcp import MINE, OURS, bearer, listed, talking

KEY = "pam/idempotencyKey"
ERAS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
both_eras = pytest.mark.parametrize("mode", ERAS)


@pytest.fixture
def operator(new_person):
    """Somebody who operates PAM."""
    return new_person(roles=frozenset({Role.MEMBER, Role.ADMIN}))


@both_eras
async def test_a_member_is_offered_the_tools_of_members(url, person, mode):
    """R-T1, R-S4: no operator's tool, and none that is for services alone."""
    async with talking(url, person, mode) as client:
        assert set(await listed(client)) == MINE
        assert (client.server_info.name, client.protocol_version) == ("pam", ERAS[mode])
        assert "records" in client.instructions


@both_eras
async def test_an_operator_is_offered_those_of_operators_too(url, operator, mode):
    """R-S4: by the token's roles."""
    async with talking(url, operator, mode) as client:
        assert set(await listed(client)) == MINE | {"survey_marks"}
        assert (await client.call_tool("survey_marks")).structured_content == {"marks": 0}


async def test_a_tool_is_described_without_hints_that_are_pams_own(url, person):
    """R-T1: schemas as any client reads them, and what a call does to the world."""
    async with talking(url, person) as client:
        tools = await listed(client)
    mark = tools["set_mark"]
    assert (mark.title, mark.description) == ("Set mark", "Mark a place on the member's map.")
    assert mark.input_schema["properties"] == {"place": {"maxLength": 50, "type": "string"}}
    assert (mark.input_schema["type"], mark.input_schema["required"]) == ("object", ["place"])
    assert set(mark.output_schema["properties"]) == {"mark_id", "note"}
    assert "message" not in mark.output_schema["required"]
    told = {name: tool.annotations for name, tool in tools.items()}
    hints = {
        name: (told[name].read_only_hint, told[name].destructive_hint, told[name].idempotent_hint) for name in told
    }
    assert hints["read_mark"] == (True, False, True)
    assert hints["set_mark"] == (False, False, False)
    assert hints["erase_marks"] == (False, True, False)


@both_eras
async def test_a_call_has_its_effect_and_answers_with_sentence_and_data(url, person, mode):
    """R-T5: the client checks the data against the schema it was told; nothing of it is missing."""
    async with talking(url, person, mode) as client:
        marked = await client.call_tool("set_mark", {"place": "Moab"})
        assert not marked.is_error
        assert [block.text for block in marked.content] == ["Moab is marked."]
        assert marked.structured_content["note"] is None
        read = await client.call_tool("read_mark", {"mark_id": marked.structured_content["mark_id"]})
        assert read.structured_content == {"place": "Moab"}
        assert read.meta["pam/reply"]["outcome"] == "ok"


@both_eras
async def test_a_call_under_one_key_has_its_effect_once(url, person, mode):
    """G4: over connections too; without a key each call is its own."""
    ids = []
    for key in ({KEY: "k1"}, {KEY: "k1"}, {KEY: "k2"}, None, None):
        async with talking(url, person, mode) as client:
            called = await client.call_tool("set_mark", {"place": "Moab"}, meta=key)
            ids.append(called.structured_content["mark_id"])
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


async def test_keys_of_two_members_are_two_keys(url, new_person):
    """G6: nobody gets another's reply by guessing a key."""
    ids = set()
    for person in (new_person(), new_person()):
        async with talking(url, person) as client:
            called = await client.call_tool("set_mark", {"place": "Moab"}, meta={KEY: "the same"})
            ids.add(called.structured_content["mark_id"])
    assert len(ids) == 2


@pytest.mark.parametrize("key", ["", "x" * 201, 7, ["a"], {}])
async def test_a_key_that_is_none_is_refused_before_anything_is_done(url, person, key):
    """R-T3: the member is told which field it is."""
    async with talking(url, person) as client:
        with pytest.raises(MCPError, match=r"_meta\.pam/idempotencyKey") as refusal:
            await client.call_tool("set_mark", {"place": "Moab"}, meta={KEY: key})
    assert refusal.value.code == INVALID_PARAMS


@both_eras
async def test_another_members_things_are_not_found(url, new_person, mode):
    """R-T6, G6: a foreign id is as good as one that never was, and nothing of it changes."""
    ann, ben = new_person(), new_person()
    async with talking(url, ann, mode) as client:
        mark = (await client.call_tool("set_mark", {"place": "Moab"})).structured_content["mark_id"]
    async with talking(url, ben, mode) as client:
        answers = [await client.call_tool("read_mark", {"mark_id": which}) for which in (mark, str(uuid4()))]
        assert [answer.is_error for answer in answers] == [True, True]
        assert [answer.content[0].text for answer in answers] == ["mark_id: there is no such mark."] * 2
        await client.call_tool("erase_marks")
    async with talking(url, ann, mode) as client:
        assert not (await client.call_tool("read_mark", {"mark_id": mark})).is_error


@both_eras
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "place is missing."),
        ({"place": "x" * 51}, "place: string should have at most 50 characters"),
        ({"place": "Moab", "user_id": "somebody"}, "user_id is not an argument of this tool."),
    ],
)
async def test_bad_arguments_are_told_to_the_model(url, person, mode, arguments, told):
    """R-T3: as a result it can mend, not as an error it never sees."""
    async with talking(url, person, mode) as client:
        refused = await client.call_tool("set_mark", arguments)
    assert refused.is_error
    assert told in refused.content[0].text
    assert refused.structured_content is None
    assert refused.meta["pam/reply"]["error"]["advice"] == "correct_arguments"


@both_eras
@pytest.mark.parametrize("tool", ["launch_rocket", "survey_marks", "find_north"])
async def test_a_tool_that_is_not_offered_is_not_there(url, person, mode, tool):
    """R-S4: an operator's, an internal and an invented one are refused alike."""
    async with talking(url, person, mode) as client:
        with pytest.raises(MCPError, match=f"There is no tool named {tool}.") as refusal:
            await client.call_tool(tool)
    assert refusal.value.code == INVALID_PARAMS


async def test_an_operator_too_cannot_call_what_is_for_services_alone(url, operator):
    """R-S4: internal is internal, here and over REST."""
    async with talking(url, operator) as client:
        with pytest.raises(MCPError, match=r"There is no tool named find_north\."):
            await client.call_tool("find_north")
    async with httpx.AsyncClient(base_url=url, headers=bearer(operator.access_token())) as http:
        assert (await http.post("/api/v1/pam/tools/execute", json={"tool": "find_north"})).status_code == 404
        names = {tool["name"] for tool in (await http.get("/api/v1/pam/tools/available")).json()}
    assert names & OURS == MINE | {"survey_marks"}


async def test_zone_and_position_are_heard_by_the_tool(url, person):
    """R-D5: in a call's ``_meta``."""
    meta = {"pam/timezone": "America/Denver", "pam/location": {"latitude": 38.57, "longitude": -109.55}}
    async with talking(url, person) as client:
        here = (await client.call_tool("where_am_i", meta=meta)).structured_content
        nowhere = (await client.call_tool("where_am_i", meta={"pam/location": "Moab"})).structured_content
    assert (here["zone"], here["fix"]["latitude"]) == ("America/Denver", 38.57)
    assert (nowhere["zone"], nowhere["fix"]) == ("UTC", None)


async def test_a_worker_that_was_killed_is_said_to_be_away(gateway_at, nats, compass_url, keys, person):
    """R-T5: nobody answers: the model is told so, in a sentence, and what to do."""
    given = {"PAM_NATS_URL": nats, "PAM_POSTGRES_URL": compass_url, "PAM_IDENTITY_PUBLIC_KEY": keys.public}
    module = "services.gateway.tests.compass"
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", module, env=given)
    try:
        async with gateway_at() as url, talking(url, person) as client:
            assert not (await client.call_tool("set_mark", {"place": "Moab"})).is_error
            worker.kill()
            await worker.wait()
            absent = await client.call_tool("set_mark", {"place": "Arches"})
    finally:
        if worker.returncode is None:
            worker.kill()
    assert absent.is_error
    assert absent.content[0].text == "Nobody is there to answer that right now."
    assert absent.meta["pam/reply"]["outcome"] == "unavailable"


async def test_a_call_that_was_made_is_on_record_as_the_members(url, compass_url, person):
    """R-S6: the same path as every other call: the worker's inbox has the key under the member."""
    async with talking(url, person) as client:
        await client.call_tool("set_mark", {"place": "Moab"}, meta={KEY: "mine"})
    pool = await open_pool(compass_url, "test")
    async with pool.acquire() as db, db.transaction():
        await db.execute("select set_config('pam.member', $1, true)", str(person.user))
        assert await db.fetchval("select key from inbox") == "client:mine"
    await pool.close()
