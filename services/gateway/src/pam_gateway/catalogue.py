"""The tools as members' clients have them: what is offered to whom, and calls on a member's behalf.

The same for every protocol: the worker checks the member's signed token, the arguments and the role itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from uuid import uuid4

from pam_shared.bus.discovery import Directory
from pam_shared.contracts.identity import Identity
from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import ToolCall, ToolManifest, ToolReply, Visibility
from pam_shared.errors import NotFoundError
from pam_shared.tools.caller import OnBehalfOf, ToolCaller


@dataclass(frozen=True)
class Order:
    """A call as a client asks for it; with ``dry_run`` everything is checked and nothing is done.

    The same ``key`` has its effect once; without one each order is a call of its own.
    """

    tool: str
    arguments: dict[str, Any]
    key: str | None = None
    zone: str = ""
    location: Fix | None = None
    request_id: str = ""
    dry_run: bool = False


class Catalogue:
    """Every tool that some worker offers now. ``token`` signs a member's identity; ``within`` is in seconds."""

    def __init__(
        self, directory: Directory, caller: ToolCaller, token: Callable[[Identity], str], within: float
    ) -> None:
        self._directory = directory
        self._caller = caller
        self._token = token
        self._within = within

    def offered(self, who: Identity) -> list[ToolManifest]:
        """Return the tools this member may use, by name."""
        mine = (tool for tool in self._directory.tools.values() if _is_offered(tool, who))
        return sorted(mine, key=lambda tool: tool.name)

    async def call(self, who: Identity, order: Order) -> ToolReply:
        """Call a tool; whatever goes wrong with it is a reply.

        Raises NotFoundError for a tool that is not offered to this member, or not there.
        """
        tool = self._directory.resolve(order.tool)
        if tool is None or not _is_offered(tool, who):
            raise NotFoundError(
                f"There is no tool named {order.tool}.{self._near(who, order.tool)}", code="no_such_tool"
            )
        call = ToolCall(arguments=order.arguments, dry_run=order.dry_run)
        return await self._caller.call(tool, call, self._caller_of(who, order), self._within)

    def _near(self, who: Identity, name: str) -> str:
        """Say which tools have a name like this."""
        near = get_close_matches(name, [tool.name for tool in self.offered(who)])
        return f" Did you mean {' or '.join(near)}?" if near else ""

    def _caller_of(self, who: Identity, order: Order) -> OnBehalfOf:
        return OnBehalfOf(
            token=self._token(who),
            key=f"client:{order.key or uuid4()}",
            zone=order.zone,
            request_id=order.request_id,
            location=order.location.model_dump_json(exclude_none=True) if order.location else "",
        )


def _is_offered(tool: ToolManifest, who: Identity) -> bool:
    """Whether a member may use a tool: by their role, and by what it is for."""
    if tool.visibility is Visibility.INTERNAL or not who.roles & tool.roles:
        return False
    return tool.visibility is Visibility.LLM or who.is_admin
