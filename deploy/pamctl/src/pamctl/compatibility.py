"""Whether who knew a JSON schema gets along with another one: each clause says where they part.

It reads what pydantic writes (draft 2020-12, local references). Two schemas that differ where it cannot tell, such as
in a pattern, count as parted. Objects hold what their schema declares, and more only where it says of what kind.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXCLUSIVE = "exclusive"
_BESIDE = {
    "minimum": "exclusiveMinimum",
    "maximum": "exclusiveMaximum",
    "exclusiveMinimum": "minimum",
    "exclusiveMaximum": "maximum",
}
_SAME = (
    "pattern",
    "format",
    "multipleOf",
    "uniqueItems",
    "allOf",
    "not",
    "if",
    "patternProperties",
    "dependentRequired",
)
_KINDS = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}


def parted(written: Schema, read: Schema) -> list[str]:
    """Return, a clause each, where a value that fits ``written`` may not fit ``read``; empty when it always does."""
    return list(_Comparison(written, read).part(written, read, ""))


@dataclass
class _Comparison:
    """Two whole schemas, in which references are looked up, and the pairs of references that were entered already."""

    written: Schema
    read: Schema
    entered: set[tuple[str, str]] = field(default_factory=set)

    def part(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        """Yield where the two part; ``at`` is the path of both."""
        pair = (written.get("$ref", ""), read.get("$ref", ""))
        if all(pair):
            if pair in self.entered:
                return
            self.entered.add(pair)
        written, read = _resolved(written, self.written), _resolved(read, self.read)
        if _is_choice(read):
            yield from _bounds(written, read, at)
        for branch in _branches(written):
            yield from self._fit_any(_resolved(branch, self.written), _branches(read), at)

    def _fit_any(self, written: Schema, branches: list[Schema], at: str) -> Iterator[str]:
        """Yield why one kind of value fits none of several, or nothing when it fits one."""
        clauses: list[list[str]] = []
        for branch in branches:
            entered = set(self.entered)
            clauses.append(list(self._fit(written, _resolved(branch, self.read), at)))
            if not clauses[-1]:
                return
            self.entered = entered
        same_kind = [
            told
            for branch, told in zip(branches, clauses, strict=True)
            if _kinds(_resolved(branch, self.read)) & _kinds(written)
        ]
        yield from (same_kind or clauses)[0]

    def _fit(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        if _is_choice(written) or _is_choice(read):
            yield from self.part(written, read, at)
            return
        if not _kinds(written) <= _widened(_kinds(read)):
            yield f"{_named(at)} may be {_listed(_kinds(written))}, not only {_listed(_kinds(read))}"
            return
        yield from _values(written, read, at)
        yield from _bounds(written, read, at)
        if "object" in _kinds(read):
            yield from self._objects(written, read, at)
        if "array" in _kinds(read):
            yield from self._arrays(written, read, at)

    def _objects(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        there, known = written.get("properties", {}), read.get("properties", {})
        for name in sorted(set(read.get("required", [])) - set(written.get("required", []))):
            yield f"{_within(at, name)} {'may be missing' if name in there else 'is missing'}"
        for name in sorted(set(there) & set(known)):
            yield from self.part(there[name], known[name], _within(at, name))
        rest = read.get("additionalProperties", True)
        for name in sorted(set(there) - set(known)):
            if rest is False:
                yield f"{_within(at, name)} is not known"
            elif isinstance(rest, dict):
                yield from self.part(there[name], rest, _within(at, name))
        if rest is not True:
            yield from self._mappings(written, rest or {"not": {}}, at)
        if isinstance(names := read.get("propertyNames"), dict):
            yield from self.part(written.get("propertyNames", {"type": "string"}), names, f"the keys of {_named(at)}")

    def _mappings(self, written: Schema, rest: Schema, at: str) -> Iterator[str]:
        """Yield where the values of a mapping, whose keys are data, part."""
        more = written.get("additionalProperties", "properties" not in written)
        if isinstance(more, dict):
            yield from self.part(more, rest, f"{at}.*".removeprefix("."))
        elif more:
            yield f"{_named(at)} may hold anything"

    def _arrays(self, written: Schema, read: Schema, at: str) -> Iterator[str]:
        ours, theirs = written.get("prefixItems", []), read.get("prefixItems", [])
        if len(ours) != len(theirs):
            yield f"{_named(at)} has {len(ours)} places, not {len(theirs)}"
            return
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from self.part(one, other, f"{at}.{number}".removeprefix("."))
        items = (written.get("items", {}), read.get("items", {}))
        if all(isinstance(item, dict) for item in items):
            yield from self.part(*items, f"{at}.*".removeprefix("."))


def _resolved(schema: Schema, whole: Schema) -> Schema:
    """Return what a reference stands for, with what is said beside it."""
    while "$ref" in schema:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]] | beside
    return schema


def _branches(schema: Schema) -> list[Schema]:
    """Return the kinds of value a schema allows, as schemas."""
    found: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return found


def _is_choice(schema: Schema) -> bool:
    return "anyOf" in schema or "oneOf" in schema


def _kinds(schema: Schema) -> set[str]:
    """Return the JSON types a schema allows; none named are all, as one word."""
    given = schema.get("type")
    if isinstance(given, list):
        return set(given)
    if given is None and (values := _allowed(schema)) is not None:
        return {"null" if value is None else _KINDS[type(value)] for value in values}
    return {given or "anything"}


def _widened(kinds: set[str]) -> set[str]:
    everything = {"null", "anything", *_KINDS.values()}
    return everything if "anything" in kinds else kinds | ({"integer"} if "number" in kinds else set())


def _allowed(schema: Schema) -> list[Any] | None:
    """Return the only values a schema allows, if it lists them."""
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _values(written: Schema, read: Schema, at: str) -> Iterator[str]:
    ours, theirs = _allowed(written), _allowed(read)
    if theirs is None:
        return
    if ours is None:
        yield f"{_named(at)} may be anything, not only {_listed(theirs)}"
    elif foreign := [value for value in ours if value not in theirs]:
        yield f"{_named(at)} may be {_listed(foreign)}, which is not known"


def _bounds(written: Schema, read: Schema, at: str) -> Iterator[str]:
    for name in (*_LOWER, *_UPPER):
        bound = read.get(name)
        if bound is not None and not _is_within(written, name, bound):
            yield f"{_named(at)} may pass {name} {bound}"
    for name in _SAME:
        if name in read and written.get(name) != read[name]:
            yield f"{_named(at)} may be of another {name} than {read[name]}"


def _is_within(written: Schema, name: str, bound: float) -> bool:
    """Whether what was written keeps a bound: what is above 5 is at least 5, and what is at least 6 is above 5."""
    sign = 1 if name in _LOWER else -1
    kept = [
        (sign * written[other], other.startswith(_EXCLUSIVE)) for other in (name, _BESIDE.get(name)) if other in written
    ]
    return max(kept, default=(float("-inf"), False)) >= (sign * bound, name.startswith(_EXCLUSIVE))


def _within(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _named(at: str) -> str:
    return at or "the whole"


def _listed(values: Any) -> str:
    return " or ".join(sorted(str(value) for value in values))
