"""Every tool of every worker, with calls made from its own manifest."""

from pathlib import Path

import pytest
import yaml

from pam_shared.contracts.problems import Advice
from pam_shared.contracts.tools import Effect, Outcome
from pam_shared.errors import INTERNAL
from pam_shared.tools.examples import example_of, id_fields
from tests.catalogue.acting import without_ids
from tests.catalogue.conftest import PARTING

pytestmark = pytest.mark.stack

PROMISED = yaml.safe_load((Path(__file__).parent / "promised.yaml").read_text())
REQUIRED = 87


def failures(replies):
    return [f"{name}: {reply.error.code} {reply.message}" for name, reply in replies.items() if not reply.success]


async def test_every_promised_tool_is_there_in_its_worker(tools):
    """R-T1: 87 required tools and 9 optional ones, in five workers."""
    offered = {(f"tools-{tool.domain}", tool.name) for tool in tools.values()}
    promised = [{(worker, name) for worker, names in part.items() for name in names} for part in PROMISED.values()]
    assert sum(map(len, promised)) == len(promised[0]) + 9
    assert len(promised[0]) == REQUIRED
    assert not set.union(*promised) - offered


async def test_every_tool_succeeds_for_a_member_who_has_used_pam(settled, new_actor, operator, tools):
    """R-T1, R-T5: also with ids of things that exist."""
    replies = {}
    for tool in tools.values():
        actor = new_actor() if tool.name in PARTING else settled
        actor = actor if actor.may(tool) else operator
        reply = await actor.call(tool, await actor.example(tool))
        if not (reply.error and reply.error.code == "conflict" and tool.name in settled.made):
            replies[tool.name] = reply
    assert not failures(replies)
    assert all(reply.message for reply in replies.values())


async def test_what_a_member_has_is_found(settled, tools):
    """R-T5: reads that need no argument find what the member's own calls wrote."""
    plain = [tool for tool in tools.values() if tool.effect is Effect.READ and settled.may(tool)]
    replies = {tool.name: await settled.call(tool, {}) for tool in plain if not tool.input_schema.get("required")}
    empty = {name for name, reply in replies.items() if reply.outcome is Outcome.NO_RESULTS}
    print("nothing found by:", sorted(empty))
    assert len(empty) <= len(replies) / 4


async def test_every_tool_answers_a_member_who_has_nothing(new_actor, operator, tools):
    """R-T5: an empty member gets an answer or is told what does not exist; nothing breaks."""
    for tool in tools.values():
        actor = new_actor()
        actor = actor if actor.may(tool) else operator
        reply = await actor.call(tool, without_ids(example_of(tool)))
        taken = bool(reply.error and reply.error.code == "conflict")
        if any(True for _ in id_fields(tool)) and not reply.success:
            assert taken or reply.error.code in {"not_found", "invalid_request"}, f"{tool.name}: {reply.message}"
        else:
            assert taken or reply.success, f"{tool.name}: {reply.message}"


async def test_every_bad_argument_is_refused_with_its_name(settled, operator, tools):
    """R-T3: each argument of each tool, given what no argument can be."""
    for tool in tools.values():
        actor = settled if settled.may(tool) else operator
        good = await actor.example(tool)
        for name, field in tool.input_schema.get("properties", {}).items():
            bad = 7 if _is_text(field) else "\u2603 no such thing"
            reply = await actor.call(tool, good | {name: [bad] if _is_text(field) else bad}, dry_run=True)
            assert not reply.success, f"{tool.name} takes {bad!r} for {name}"
            assert reply.error.advice is Advice.CORRECT_ARGUMENTS
            assert name in reply.message, f"{tool.name}: {reply.message}"


async def test_every_missing_or_unknown_argument_is_named(settled, operator, tools):
    """R-T3: nothing is guessed, nothing ignored."""
    for tool in tools.values():
        actor = settled if settled.may(tool) else operator
        good = await actor.example(tool)
        for name in tool.input_schema.get("required", []):
            reply = await actor.call(tool, {key: value for key, value in good.items() if key != name}, dry_run=True)
            assert f"{name} is missing" in reply.message, f"{tool.name}: {reply.message}"
        reply = await actor.call(tool, good | {"user": "somebody"}, dry_run=True)
        assert "user is not an argument" in reply.message, f"{tool.name}: {reply.message}"


async def test_nothing_breaks_inside_a_worker(settled, house, tools):
    """R-O1: none of all these calls was an error only a developer can mend."""
    logged = [
        line for name in sorted({tool.domain for tool in tools.values()}) for line in house.log_lines(f"tools-{name}")
    ]
    assert not [line for line in logged if line["event"] == "tool failed"]
    assert INTERNAL.code == "internal"


def _is_text(field):
    kinds = {choice.get("type", "object" if "$ref" in choice else "") for choice in (field, *field.get("anyOf", []))}
    return "string" in kinds or not kinds - {"", "null"}
