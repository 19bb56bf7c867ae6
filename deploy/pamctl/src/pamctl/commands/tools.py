"""``pamctl tools``: what discovery sees."""

import asyncio
import json
from collections import Counter
from typing import Annotated

import typer

from pam_shared.bus.discovery import Directory
from pam_shared.contracts.tools import ServiceRecord
from pamctl.commands.table import print_table
from pamctl.operator import connected
from pamctl.settings import load_settings

_COLUMNS = ("tool", "worker", "version", "effect", "schema", "visibility", "roles", "instances")
SCHEMA_SHOWN = 8


def tools(*, as_json: Annotated[bool, typer.Option("--json", help="Print the manifests as JSON.")] = False) -> None:
    """List the tools that running workers offer, as an agent discovers them.

    Example: pamctl tools --json
    """
    services = asyncio.run(_discover())
    rows = _rows(services)
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if not rows:
        print("No worker offers a tool. Is PAM running?")
        return
    print_table(_COLUMNS, ([_cell(column, row[column]) for column in _COLUMNS] for row in rows))


def _cell(column: str, value: object) -> str:
    if column == "schema":
        return str(value)[:SCHEMA_SHOWN]
    return ",".join(sorted(value)) if isinstance(value, list) else str(value)


async def _discover() -> list[ServiceRecord]:
    async with connected(load_settings()) as bus:
        directory = Directory(bus)
        await directory.start()
        await directory.stop()
        return directory.services


def _rows(services: list[ServiceRecord]) -> list[dict[str, object]]:
    instances = Counter((tool.name, tool.version, service.name) for service in services for tool in service.tools)
    manifests = {(tool.name, tool.version, service.name): tool for service in services for tool in service.tools}
    return [
        {
            "tool": name,
            "worker": worker,
            "version": version,
            "effect": manifests[name, version, worker].effect.value,
            "schema": manifests[name, version, worker].schema_hash,
            "instances": count,
            **manifests[name, version, worker].model_dump(mode="json", exclude={"name", "version", "effect"}),
        }
        for (name, version, worker), count in sorted(instances.items())
    ]
