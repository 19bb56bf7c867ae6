"""Example calls, made from a tool's schema alone: for its page, for people who try it, and for tests of every tool."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pam_shared.contracts.tools import ToolManifest
from pam_shared.tools.declaration import ID_FROM, ID_SHARED

Schema = dict[str, Any]


@dataclass(frozen=True)
class IdOf:
    """An id that has to be got first: from ``path`` in the data that ``tool`` answers."""

    tool: str
    path: str
    shared: bool = False

    def __str__(self) -> str:
        return f"<{self.path} of {self.tool}>"

    def found_in(self, data: Any) -> str:
        """Return the id. Raises LookupError where the answer holds none."""
        for step in self.path.split("."):
            data = data[int(step)] if isinstance(data, list) else data[step]
        return str(data)


def example_of(manifest: ToolManifest) -> dict[str, Any]:
    """Return arguments that the tool takes; ids it cannot make up are ``IdOf``.

    They are the schema's own example, if it gives one, and what else is required.
    """
    schema = manifest.input_schema
    given = dict(next(iter(schema.get("examples", [])), {}))
    for name in schema.get("required", []):
        if name not in given:
            given[name] = _value(schema["properties"][name], schema)
    return given


def id_fields(manifest: ToolManifest) -> Iterator[tuple[str, IdOf]]:
    """Yield the arguments that are ids of what PAM made."""
    for name, field in manifest.input_schema.get("properties", {}).items():
        for choice in (field, *field.get("anyOf", [])):
            if ID_FROM in choice:
                yield name, _id_of(choice)


def _id_of(field: Schema) -> IdOf:
    tool, _, path = field[ID_FROM].partition(":")
    return IdOf(tool, path, shared=bool(field.get(ID_SHARED)))


def _value(field: Schema, whole: Schema) -> Any:
    if ID_FROM in field:
        return _id_of(field)
    for key in ("examples", "enum"):
        if field.get(key):
            return field[key][0]
    for key in ("const", "default"):
        if key in field:
            return field[key]
    if "$ref" in field:
        return _value(whole["$defs"][field["$ref"].rpartition("/")[2]], whole)
    if "anyOf" in field:
        return _value(field["anyOf"][0], whole)
    return _of_type(field, whole)


def _of_type(field: Schema, whole: Schema) -> Any:
    match field.get("type"):
        case "boolean":
            return True
        case "integer" | "number":
            return field.get("minimum", 1)
        case "array":
            return [_value(field["items"], whole)] * max(1, field.get("minItems", 1))
        case "object":
            properties = field.get("properties", {})
            return {name: _value(properties[name], whole) for name in field.get("required", [])}
    return "something"
