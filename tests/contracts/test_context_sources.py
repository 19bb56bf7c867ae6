"""What the agent reads of other services' answers is what their tools promise."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pam_agent.context.sources import SOURCES, Source
from pam_shared.contracts.tools import ToolManifest
from pamctl.catalogue import installed_workers

pytestmark = pytest.mark.unit

TOOLS = {tool.name: tool for worker in installed_workers() for tool in worker.tools}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_tool_promises_every_field_the_context_reads_of_it(source: Source):
    """R-A6: a field renamed at the worker would be silently missing at the agent."""
    tool: ToolManifest = TOOLS[source.tool]
    assert tool.domain == source.domain
    assert tool.subject == source.subject
    read, promised = source.shape.json_schema(), tool.output_schema
    assert set(_fields(read, read)) - set(_fields(promised, promised)) == set()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_what_a_source_is_asked_for_is_what_its_tool_takes(source: Source):
    """R-T3: an argument the tool does not know is refused, and the part would be missing for ever."""
    Draft202012Validator(TOOLS[source.tool].input_schema).validate(source.arguments(dt.date(2026, 5, 1)))


def _fields(schema: dict[str, Any], root: dict[str, Any], path: str = "") -> Iterator[str]:
    """Yield the paths of all fields of an answer, those of lists and of what may be null among them."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from _fields(field, root, f"{path}.{name}")
    for inner in (*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])):
        yield from _fields(inner, root, path)
