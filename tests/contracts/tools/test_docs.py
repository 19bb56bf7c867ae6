"""The generated pages: fresh, whole, and AsyncAPI."""

import re
from pathlib import Path

import pytest
import yaml
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft7Validator

from pam_shared.contracts import topology
from pamctl.asyncapi import asyncapi
from pamctl.catalogue import installed_workers
from pamctl.commands.docs import written
from pamctl.pages import example, page

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
WORKERS = installed_workers()
DOCUMENT = yaml.safe_load(asyncapi(WORKERS))


def resolved(reference: str):
    """What a reference points to; a KeyError is a dangling one."""
    found = DOCUMENT
    for token in reference.removeprefix("#/").split("/"):
        found = found[token.replace("~1", "/").replace("~0", "~")]
    return found


def references(part) -> list[str]:
    if isinstance(part, list):
        return [reference for item in part for reference in references(item)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [reference for item in part.values() for reference in references(item)]


def test_the_committed_pages_are_what_the_tools_say_today():
    """R-T7: documentation cannot fall behind."""
    folder = ROOT / "docs"
    stale = [
        str(file) for file, text in written(folder, WORKERS).items() if not file.exists() or file.read_text() != text
    ]
    orphans = {file.stem for file in (folder / "tools").glob("*.md")} - {worker.name for worker in WORKERS}
    assert not [*stale, *orphans], "run `make docs`"


@pytest.mark.parametrize("worker", WORKERS, ids=lambda worker: worker.name)
def test_a_page_tells_of_every_tool_argument_and_event(worker):
    """R-O6: what is not on the page cannot be found."""
    text = page(worker)
    for tool in worker.tools:
        assert f"\n## {tool.name}" in text
        assert f"`{tool.subject}`" in text
        assert example(tool) in text
        assert all(f"\n| `{name}` |" in text for name in tool.input_schema.get("properties", {}))
    assert all(f"`{event.domain}.{event.name}`" in text for event in worker.events)
    assert all(f"`{event}`" in text for event in worker.spec.follows)
    assert not re.search(r"^\|.*[^ |\n]$", text, re.MULTILINE), "a row of a table is one line"


def test_the_same_tools_make_the_same_pages():
    """A page that changes by itself is stale at once."""
    assert written(ROOT, WORKERS) == written(ROOT, installed_workers())


def test_the_document_is_asyncapi_3():
    """Structure, as FastStream's models of AsyncAPI 3 have it; references and parameters, as the specification."""
    ApplicationSchema.model_validate(DOCUMENT)
    for reference in references(DOCUMENT):
        resolved(reference)
    for name, channel in DOCUMENT["channels"].items():
        assert set(re.findall(r"{(\w+)}", channel["address"] or "")) == set(channel.get("parameters", {})), name
        assert channel["messages"], name
    for name, operation in DOCUMENT["operations"].items():
        assert operation["action"] in {"send", "receive"}, name
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in DOCUMENT["channels"], name
        if "reply" in operation:
            assert operation["reply"]["messages"], name
    allowed = re.compile(r"[A-Za-z0-9._-]+")
    parts = DOCUMENT["components"]
    assert all(allowed.fullmatch(key) for key in [*parts["messages"], *parts["schemas"]])


def test_every_schema_in_the_document_is_a_schema():
    """AsyncAPI's own are a superset of draft 7."""
    payloads = {name: message["payload"] for name, message in DOCUMENT["components"]["messages"].items()}
    Draft7Validator.check_schema({"definitions": DOCUMENT["components"]["schemas"] | payloads})


def test_everything_on_the_bus_is_in_the_document():
    """Every stream's subjects, every tool, every event."""
    addresses = [channel["address"] for channel in DOCUMENT["channels"].values() if channel["address"]]
    for worker in WORKERS:
        assert {tool.subject for tool in worker.tools} <= set(addresses)
    for stream in topology.STREAMS:
        for subject in stream.subjects:
            shape = re.compile(re.escape(subject).replace(r"\*", r"[^.]+").replace(">", ".+"))
            assert any(shape.fullmatch(address) for address in addresses), subject
    heard = {event for worker in WORKERS for event in worker.spec.follows} - {"member.deleted"}
    assert heard <= {f"{event.domain}.{event.name}" for worker in WORKERS for event in worker.events}


def test_a_call_in_the_document_takes_the_tool_s_own_arguments():
    """The document says what the worker checks."""
    call = DOCUMENT["components"]["messages"]["budget.create_expense.v1.call"]["payload"]
    arguments = call["allOf"][1]["properties"]["arguments"]
    assert {"amount", "category"} <= set(arguments["required"])
    category = resolved(arguments["properties"]["category"]["$ref"])
    assert "gas" in category["enum"]
    operation = DOCUMENT["operations"]["budget.create_expense.v1"]
    assert resolved(operation["channel"]["$ref"])["address"] == "pam.tool.budget.create_expense.v1"
    [answer] = operation["reply"]["messages"]
    assert "#/components/schemas/ToolReply" in references(resolved(resolved(answer["$ref"])["$ref"]))
