"""Other workers, as a tool asks them on the member's behalf: their tools that read, and all they hold of the member."""

import asyncio
from typing import Any, Protocol

from pydantic import BaseModel

from pam_shared.bus.connection import Bus
from pam_shared.bus.queries import ask
from pam_shared.contracts import subjects
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, ToolCall, ToolManifest, ToolReply
from pam_shared.errors import PamError
from pam_shared.tools.caller import OnBehalfOf, ToolCaller

EXPORT_WITHIN = 5.0

Tables = dict[str, list[dict[str, Any]]]
"""Rows by table."""


class Colleagues(Protocol):
    """Whoever answers a tool's questions."""

    async def call(self, domain: str, tool: str, arguments: dict[str, Any], within: float) -> ToolReply:
        """Call a tool that reads; whatever happens there is a reply."""

    async def records(self, domain: str) -> Tables | None:
        """Return all a worker holds of the member, or None when it does not answer."""


class Place(BaseModel):
    """Where in a worker's tables a page of records begins: ``table`` in order of names, rows to ``skip`` in it."""

    table: str = ""
    skip: int = 0


class Records(BaseModel):
    """A page of what a worker holds of a member, and where the next one begins."""

    tables: Tables
    next: Place | None = None


class OverTheBus:
    """Colleagues that are running workers, asked with the caller's own token."""

    def __init__(self, bus: Bus, who: OnBehalfOf) -> None:
        self._bus = bus
        self._who = who

    async def call(self, domain: str, tool: str, arguments: dict[str, Any], within: float) -> ToolReply:
        """Call a tool that reads; whatever happens there is a reply."""
        manifest = _addressed(domain, tool, within)
        return await ToolCaller(self._bus).call(manifest, ToolCall(arguments=arguments), self._who, within)

    async def records(self, domain: str) -> Tables | None:
        """Return all a worker holds of the member, or None when it does not answer."""
        found: Tables = {}
        place: Place | None = Place()
        try:
            async with asyncio.timeout(EXPORT_WITHIN):
                while place is not None:
                    page = await ask(
                        self._bus, subjects.member_records(domain), place, Records, self._who.headers(), EXPORT_WITHIN
                    )
                    for table, rows in page.tables.items():
                        found.setdefault(table, []).extend(rows)
                    place = page.next
        except (PamError, TimeoutError):
            return None
        return found


def _addressed(domain: str, tool: str, within: float) -> ToolManifest:
    """Return as much of a colleague's manifest as a call needs: nobody waits for discovery."""
    return ToolManifest(
        name=tool,
        domain=domain,
        title=tool.replace("_", " ").capitalize(),
        description="",
        input_schema={},
        output_schema={},
        effect=Effect.READ,
        timeout=within,
        roles=frozenset(Role),
    )
