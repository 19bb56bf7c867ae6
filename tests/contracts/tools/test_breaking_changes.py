"""Which changes of a tool break its callers, shown on a tool of our own."""

import json
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import jsoncompat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field, create_model

from pam_shared.contracts.tools import Effect, ToolManifest, Visibility
from pam_shared.service import ServiceSpec
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import ADMINS, Arguments, Result, tool
from pamctl.catalogue import Worker
from pamctl.compatibility import parted
from pamctl.contracts import broken, differences, snapshot, write

pytestmark = pytest.mark.unit


class Sky(StrEnum):
    CLEAR = "clear"
    RAIN = "rain"


class Clearing(StrEnum):
    CLEAR = "clear"


class Place(BaseModel):
    name: str
    elevation: int | None = None


class Asked(Arguments):
    place: str = Field(max_length=80)
    sky: Sky | None = None
    days: int = Field(7, ge=1, le=14)


class Told(Result):
    place: Place
    sky: Sky
    hours: list[int]
    wind: dict[str, float]


@tool(effect="read", aliases=("weather",))
async def look_out(ctx: ToolContext, args: Asked) -> Told:
    """Look out of the window."""
    raise NotImplementedError


def manifest(**changed) -> ToolManifest:
    return look_out.manifest("sky").model_copy(update=changed)


def asked(**changed) -> list[str]:
    """What breaks when arguments are changed so."""
    schema = create_model("Changed", __base__=Asked, **changed).model_json_schema()
    return broken(snapshot(manifest()), snapshot(manifest(input_schema=schema)))


def told(**changed) -> list[str]:
    """What breaks when fields of the result are changed so."""
    schema = create_model("Changed", __base__=Told, **changed).model_json_schema(mode="serialization")
    return broken(snapshot(manifest()), snapshot(manifest(output_schema=schema)))


def without(schema: dict, name: str) -> dict:
    left = {key: value for key, value in schema["properties"].items() if key != name}
    return schema | {"properties": left, "required": [key for key in schema["required"] if key != name]}


def test_a_field_that_is_gone_from_the_result_breaks_who_reads_it():
    """R-T7: removing an output field fails."""
    gone = manifest(output_schema=without(manifest().output_schema, "sky"))
    assert broken(snapshot(manifest()), snapshot(gone)) == ["a reply is not what it was, sky is missing"]


def test_a_new_required_argument_breaks_who_does_not_send_it():
    """R-T7: a required argument that nobody knew of fails."""
    assert asked(zone=(str, ...)) == ["a call that was right is refused now, zone is missing"]


def test_a_narrowed_enumeration_breaks_who_sends_the_rest():
    """R-T7: a value that was right must stay right."""
    assert asked(sky=(Clearing | None, None)) == [
        "a call that was right is refused now, sky may be rain, which is not known"
    ]


def test_an_optional_argument_breaks_nobody():
    """R-T7: calls that were right stay right."""
    assert asked(zone=(str | None, None), hours=(list[int], [])) == []


@pytest.mark.parametrize(
    ("changed", "clause"),
    [
        ({"place": (str, Field(max_length=40))}, "place may pass maxLength 40"),
        ({"place": (str, Field(pattern="^[A-Z]"))}, "place may be of another pattern than ^[A-Z]"),
        ({"place": (UUID, ...)}, "place may be of another format than uuid"),
        ({"place": (int, ...)}, "place may be string, not only integer"),
        ({"days": (int, Field(7, ge=1, le=10))}, "days may pass maximum 10"),
        ({"days": (int, Field(7, ge=2, le=14))}, "days may pass minimum 2"),
        ({"days": (int, Field(7, gt=1, le=14))}, "days may pass exclusiveMinimum 1"),
        ({"days": (int, Field(7, ge=1, lt=14))}, "days may pass exclusiveMaximum 14"),
        ({"days": (int, ...)}, "days may be missing"),
        ({"sky": (Sky, Sky.RAIN)}, "sky may be null, not only string"),
    ],
)
def test_an_argument_that_takes_less_breaks_its_callers(changed, clause):
    """R-T7: each way of taking less is seen, and named."""
    found = asked(**changed)
    assert any(clause in told for told in found), found


@pytest.mark.parametrize(
    "changed",
    [
        {"place": (str, Field(max_length=200))},
        {"place": (str | int, ...)},
        {"place": (str, "here")},
        {"days": (float, 7.0)},
        {"days": (int, Field(3, ge=1, le=30))},
        {"days": (int, Field(3, gt=0, lt=15))},
        {"sky": (Literal["clear", "rain", "snow"] | None, None)},
    ],
)
def test_an_argument_that_takes_more_breaks_nobody(changed):
    """R-T7: a tool may learn."""
    assert asked(**changed) == []


@pytest.mark.parametrize(
    ("changed", "clause"),
    [
        ({"sky": (Literal["clear", "rain", "snow"], ...)}, "sky may be snow, which is not known"),
        ({"sky": (Sky | None, ...)}, "sky may be null, not only string"),
        ({"hours": (list[str], ...)}, "hours.* may be string, not only integer"),
        ({"hours": (list[float], ...)}, "hours.* may be number, not only integer"),
        ({"wind": (dict[str, str], ...)}, "wind.* may be string, not only number"),
        ({"place": (create_model("Place", name=(str, ...)), ...)}, "place.elevation is missing"),
    ],
)
def test_a_result_that_may_be_more_breaks_who_reads_it(changed, clause):
    """R-T7: who knew the old reply must be able to read the new one."""
    found = told(**changed)
    assert any(clause in said for said in found), found


def test_a_result_with_more_fields_breaks_nobody():
    """R-T7: readers ignore what they do not know."""
    moon = create_model("Place", __base__=Place, county=(str, ...))
    assert told(moon=(str, ...), place=(moon, ...)) == []


@pytest.mark.parametrize(
    ("changed", "clause"),
    [
        ({"aliases": []}, "the alias weather is gone"),
        ({"roles": ADMINS}, "members may not call it any more"),
        ({"effect": Effect.WRITE}, "it no longer only reads, so a call needs an idempotency key"),
        ({"visibility": Visibility.ADMIN}, "its visibility is admin, no longer llm"),
    ],
)
def test_what_is_not_in_the_schemas_counts_too(changed, clause):
    """R-T7: callers rely on names, roles, and on a read being one."""
    assert broken(snapshot(manifest()), snapshot(manifest(**changed))) == [clause]


def test_words_and_examples_may_change():
    """They are for the model; a snapshot does not hold them, but a property called title or examples it does."""
    described = create_model(
        "Described",
        __base__=Asked,
        title=(str | None, None),
        examples=(str | None, None),
        place=(Annotated[str, Field(max_length=80, description="Where?", examples=["Moab"])], ...),
    ).model_json_schema()
    found = snapshot(manifest(input_schema=described))["input"]["properties"]
    assert set(found) == {"place", "sky", "days", "title", "examples"}
    assert found["place"] == {"maxLength": 80, "type": "string"}


def worker(*tools: ToolManifest) -> Worker:
    return Worker(ServiceSpec("tools-sky", "pam_tools_sky.main"), "The sky.", list(tools), [])


def test_a_compatible_change_asks_for_a_fresh_snapshot_and_gets_it(tmp_path):
    """R-T7: nothing but `make contracts` is to be done."""
    write(tmp_path, worker(manifest()))
    more = worker(manifest(aliases=["weather", "sky"]))
    [found] = differences(tmp_path, more)
    assert (
        str(found) == f"look_out: {tmp_path}/look_out.json is out of date, and no caller breaks: run `make contracts`."
    )
    assert write(tmp_path, more) == differences(tmp_path, more) == []


def test_a_breaking_change_is_not_written_over_and_says_what_to_do(tmp_path):
    """R-T7: the snapshot stays; a higher version gets one of its own, beside the old tool's."""
    write(tmp_path, worker(manifest()))
    before = (tmp_path / "look_out.json").read_text()
    [found] = write(tmp_path, worker(manifest(aliases=[])))
    assert "look_out breaks its callers: the alias weather is gone. Raise `version=` and keep the old one" in str(found)
    assert (tmp_path / "look_out.json").read_text() == before
    both = worker(manifest(), manifest(version=2, aliases=[]))
    assert write(tmp_path, both) == differences(tmp_path, both) == []
    assert {file.name for file in tmp_path.iterdir()} == {"look_out.json", "look_out.v2.json"}


def test_a_tool_that_is_gone_breaks_its_callers_until_its_snapshot_is_deleted(tmp_path):
    """R-T7: a tool ends by somebody's decision, not by the way."""
    write(tmp_path, worker(manifest()))
    [found] = differences(tmp_path, worker(manifest(version=2)))[:1]
    assert found.breaks == ["nobody answers it any more"]
    (tmp_path / "look_out.json").unlink()
    assert write(tmp_path, worker(manifest(version=2))) == []


SIMPLE = st.deferred(
    lambda: st.one_of(
        st.builds(lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more}, NUMBERS, NUMBERS),
        st.builds(lambda words: {"type": "string", "enum": words}, st.lists(WORDS, min_size=1, unique=True)),
        st.just({"type": "string"}),
        st.just({"type": "null"}),
        st.builds(lambda first, second: {"anyOf": [first, second]}, SIMPLE, SIMPLE),
        st.builds(lambda items: {"type": "array", "items": items, "maxItems": 3}, SIMPLE),
        st.builds(objects, st.dictionaries(WORDS, SIMPLE, max_size=3), st.sets(WORDS)),
    )
)
NUMBERS = st.integers(0, 3)
WORDS = st.sampled_from(["north", "south", "east"])


def objects(properties: dict, required: set) -> dict:
    known = sorted(required & set(properties))
    return {"type": "object", "properties": properties, "required": known, "additionalProperties": False}


@given(SIMPLE, SIMPLE)
def test_a_value_of_the_one_schema_always_fits_another_that_does_not_part_from_it(one, other):
    """R-T7: whatever the two schemas: where no break is seen there is none."""
    if not parted(one, other):
        value = json.loads(jsoncompat.generate_value(json.dumps(one)))
        Draft202012Validator(other).validate(value)


@given(SIMPLE)
def test_every_schema_gets_along_with_itself(schema):
    """No change, no break."""
    assert parted(schema, schema) == []
