"""What callers rely on of each tool, kept as a file beside its worker, and whether a change breaks them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pam_shared.contracts.tools import Effect, ToolManifest, Visibility
from pamctl.catalogue import Worker
from pamctl.compatibility import Schema, parted

_ABOUT = ("title", "description", "examples")
_NAMED_WITHIN = ("properties", "$defs")
_SCHEMAS_WITHIN = ("anyOf", "oneOf", "allOf", "prefixItems")
_NARROWER = list(Visibility)
"""From offered to everybody to offered to nobody."""


@dataclass(frozen=True)
class Difference:
    """What a snapshot and its tool do not agree in. ``breaks`` says what callers would notice, a clause each."""

    file: Path
    tool: str
    breaks: list[str]

    def __str__(self) -> str:
        if not self.breaks:
            return f"{self.tool}: {self.file} is out of date, and no caller breaks: run `make contracts`."
        return (
            f"{self.tool} breaks its callers: {'; '.join(self.breaks)}. Raise `version=` and keep the old one, which"
            f" {self.file} describes, until nobody calls it; then delete that file."
        )


def snapshot(tool: ToolManifest) -> dict[str, Any]:
    """Return what callers rely on, as JSON; descriptions are for the model and may change."""
    told = tool.model_dump(mode="json", include={"name", "version", "effect", "visibility"})
    return told | {
        "aliases": sorted(tool.aliases),
        "roles": sorted(role.value for role in tool.roles),
        "input": _bare(tool.input_schema),
        "output": _always_written(_bare(tool.output_schema)),
    }


def differences(folder: Path, worker: Worker) -> list[Difference]:
    """Return where the snapshots in a folder and a worker's tools part; missing and orphaned files count."""
    tools = {_file(folder, tool): tool for tool in worker.tools}
    kept = {file: json.loads(file.read_text()) for file in folder.glob("*.json")}
    found = [
        Difference(file, kept[file]["name"], ["nobody answers it any more"]) for file in sorted(set(kept) - set(tools))
    ]
    for file, tool in tools.items():
        old, new = kept.get(file), snapshot(tool)
        if old != new:
            found.append(Difference(file, tool.name, broken(old, new) if old else []))
    return found


def write(folder: Path, worker: Worker) -> list[Difference]:
    """Write the snapshots that break nobody; return the differences that are left, which do."""
    breaking = [difference for difference in differences(folder, worker) if difference.breaks]
    untouched = {difference.file for difference in breaking}
    folder.mkdir(exist_ok=True)
    for tool in worker.tools:
        file = _file(folder, tool)
        if file not in untouched:
            file.write_text(json.dumps(snapshot(tool), indent=2, sort_keys=True) + "\n")
    return breaking


def broken(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return what a caller that knew the old snapshot would notice of the new one, a clause each."""
    clauses = [f"a call that was right is refused now, {clause}" for clause in parted(old["input"], new["input"])]
    clauses += [f"a reply is not what it was, {clause}" for clause in parted(new["output"], old["output"])]
    clauses += [f"{role}s may not call it any more" for role in old["roles"] if role not in new["roles"]]
    clauses += [f"the alias {alias} is gone" for alias in old["aliases"] if alias not in new["aliases"]]
    if old["effect"] == Effect.READ != new["effect"]:
        clauses.append("it no longer only reads, so a call needs an idempotency key")
    if _NARROWER.index(Visibility(old["visibility"])) < _NARROWER.index(Visibility(new["visibility"])):
        clauses.append(f"its visibility is {new['visibility']}, no longer {old['visibility']}")
    return clauses


def _file(folder: Path, tool: ToolManifest) -> Path:
    """Return a tool's snapshot: each version after the first has a file of its own."""
    return folder / (f"{tool.name}.json" if tool.version == 1 else f"{tool.name}.v{tool.version}.json")


def _always_written(schema: Any) -> Any:
    """Return a result's schema with every field required: a default is written too, and read."""
    if isinstance(schema, list):
        return [_always_written(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {name: _always_written(value) for name, value in schema.items()}
    is_object = schema.get("type") == "object" and "properties" in schema
    return whole | {"required": sorted(schema["properties"])} if is_object else whole


def _bare(schema: Schema) -> Schema:
    """Return a schema without what is said about it; a property named ``title`` stays one."""
    bare: Schema = {}
    for name, value in schema.items():
        if name in _NAMED_WITHIN:
            bare[name] = {key: _bare(inner) for key, inner in value.items()}
        elif name in _SCHEMAS_WITHIN:
            bare[name] = [_bare(inner) for inner in value]
        elif name not in _ABOUT and not name.startswith("x-"):
            is_schema = name in {"items", "additionalProperties", "propertyNames"} and isinstance(value, dict)
            bare[name] = _bare(value) if is_schema else value
    return bare
