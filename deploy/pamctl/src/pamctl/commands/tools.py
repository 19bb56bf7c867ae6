"""``pamctl tools``: what discovery sees."""

import asyncio
import json
from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pam_shared.bus.discovery import Directory
from pam_shared.contracts.tools import ServiceRecord
from pamctl.operator import connected
from pamctl.settings import load_settings

_COLUMNS = ("tool", "worker", "version", "effect", "schema", "visibility", "roles", "instances")


def tools(*, as_json: Annotated[bool, typer.Option("--json", help="Print the manifests as JSON.")] = False) -> None:
    """List the tools that running workers offer, as an agent discovers them.

    Example: pamctl tools --json
    """
    services = asyncio.run(_discover())
    rows = _rows(services)
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    table = Table(*_COLUMNS, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in _COLUMNS))
    Console().print(table if rows else "No worker offers a tool. Is PAM running?")


def _cell(value: object) -> str:
    return ", ".join(sorted(value)) if isinstance(value, list) else str(value)


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
