"""A page of documentation for each worker, from its tools' manifests."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from pam_shared.contracts.tools import ToolManifest, Visibility
from pam_shared.tools.declaration import ID_FROM
from pamctl.catalogue import Worker

Schema = dict[str, Any]

_FOR_WHOM = {
    Visibility.LLM: "offered to the model",
    Visibility.ADMIN: "offered in operators' conversations only",
    Visibility.INTERNAL: "for other services and clients, never the model",
}
_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "{} characters or more",
    "maxLength": "{} characters or fewer",
    "minItems": "{} items or more",
    "maxItems": "{} items or fewer",
    "pattern": "matches `{}`",
}


def page(worker: Worker) -> str:
    """Return a worker's page, as Markdown."""
    return "\n".join(_lines(worker)).rstrip() + "\n"


def _lines(worker: Worker) -> Iterator[str]:
    yield f"# {worker.name}\n"
    yield f"{worker.purpose.splitlines()[0] if worker.purpose else ''}\n"
    yield "`make docs` writes this page from the tools themselves: change them, not the page.\n"
    yield from _table(
        ("tool", "effect", "version", "roles", "visibility", "what for"),
        [_summary(tool) for tool in worker.tools],
    )
    told = [f"`{event.domain}.{event.name}`" for event in worker.events]
    yield f"It tells others: {', '.join(told) or 'nothing'}.\n"
    heard = [f"`{event}`" for event in worker.spec.follows]
    yield f"It follows: {', '.join(heard) or 'nothing'}.\n"
    for tool in worker.tools:
        yield from _section(tool)


def _summary(tool: ToolManifest) -> tuple[str, ...]:
    link = f"[{_title(tool)}](#{_title(tool).replace(' ', '-')})"
    return link, tool.effect, str(tool.version), _roles(tool), tool.visibility, _paragraphs(tool.description)[0]


def _title(tool: ToolManifest) -> str:
    return tool.name if tool.version == 1 else f"{tool.name} v{tool.version}"


def _roles(tool: ToolManifest) -> str:
    return ", ".join(sorted(tool.roles))


def _section(tool: ToolManifest) -> Iterator[str]:
    yield f"## {_title(tool)}\n"
    for paragraph in _paragraphs(tool.description):
        yield f"{paragraph}\n"
    asks = " (asks the member first)" if tool.effect == "destructive" else ""
    limit = f", at most {tool.calls_per_minute} calls a minute" if tool.calls_per_minute else ""
    yield f"`{tool.subject}` · **{tool.effect}**{asks} · {_roles(tool)} · {_FOR_WHOM[tool.visibility]}\n"
    yield f"Answers within {tool.timeout:g} s{limit}. Schema `{tool.schema_hash}`.\n"
    if tool.aliases:
        yield f"Also known as {', '.join(f'`{alias}`' for alias in sorted(tool.aliases))}.\n"
    if tool.input_schema.get("properties"):
        yield from _table(("argument", "type", "if not given", "what it is"), list(_arguments(tool.input_schema)))
    else:
        yield "It takes no arguments.\n"
    yield from _table(("result", "type", "what it is"), list(_results(tool.output_schema)))
    yield f"```sh\n{example(tool)}\n```\n"


def _paragraphs(text: str) -> list[str]:
    """Return a docstring's paragraphs, each on one line."""
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _arguments(schema: Schema) -> Iterator[tuple[str, ...]]:
    for name, given in schema["properties"].items():
        about = _resolved(given, schema)
        absent = "required" if name in schema.get("required", []) else f"`{json.dumps(given.get('default'))}`"
        yield f"`{name}`", kind(given, schema), absent, _about(about)


def _results(schema: Schema, within: str = "") -> Iterator[tuple[str, ...]]:
    """Yield a row for each field, and for the fields of those objects a level further in."""
    for name, given in schema.get("properties", {}).items():
        about = _resolved(given, schema)
        yield f"`{within}{name}`", kind(given, schema), _about(about)
        inner = _resolved(about.get("items", about), schema)
        if inner.get("properties") and not within:
            place = f"{name}.*." if "items" in about else f"{name}."
            yield from _results(inner | {"$defs": schema.get("$defs", {})}, place)


def _about(schema: Schema) -> str:
    text = " ".join(schema.get("description", "").split())
    if ID_FROM in schema:
        tool, _, path = schema[ID_FROM].partition(":")
        text = f"{text} `{path}` of `{tool}`.".strip()
    return text


def kind(given: Schema, whole: Schema) -> str:
    """Return the type a schema stands for, in words."""
    schema = _resolved(given, whole)
    if branches := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(kind(branch, whole) for branch in branches))
    if values := [schema["const"]] if "const" in schema else schema.get("enum"):
        return " or ".join(f"`{value}`" for value in values)
    match schema.get("type"):
        case "array":
            word = f"list of {kind(schema.get('items', {}), whole)}"
        case "object" if isinstance(schema.get("additionalProperties"), dict):
            word = f"{kind(schema['additionalProperties'], whole)} by key"
        case plain:
            word = str(schema.get("format") or plain or "anything")
    bounds = [words.format(schema[name]) for name, words in _BOUNDS.items() if name in schema]
    return f"{word} ({', '.join(bounds)})" if bounds else word


def _resolved(schema: Schema, whole: Schema) -> Schema:
    """Return what a reference stands for; what is said beside it says more."""
    if "$ref" not in schema:
        return schema
    beside = {name: value for name, value in schema.items() if name != "$ref"}
    target: Schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    return target | beside


def example(tool: ToolManifest) -> str:
    """Return a call on the command line, with the examples that the arguments bring."""
    words = [f"{name}={shlex.quote(_written(value))}" for name, value in _example(tool.input_schema).items()]
    return " ".join(["pamctl call", tool.name, *words])


def _example(schema: Schema) -> dict[str, Any]:
    if whole := schema.get("examples"):
        return dict(whole[0])
    return {name: _example_of(schema["properties"][name], schema) for name in schema.get("required", [])}


def _example_of(given: Schema, whole: Schema) -> Any:
    schema = _resolved(given, whole)
    if examples := schema.get("examples"):
        return examples[0]
    if ID_FROM in schema:
        return f"<{schema[ID_FROM].partition(':')[2]}>"
    return schema["enum"][0] if "enum" in schema else "…"


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
