"""People who call tools with the arguments the tools' own schemas suggest."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, Outcome, ToolManifest, ToolReply
from pam_shared.tools.examples import IdOf, example_of

OPERATOR = frozenset({Role.MEMBER, Role.ADMIN, Role.SYSTEM})


@dataclass
class Actor:
    """Somebody who calls tools; the ids their own calls brought are kept."""

    person: Any
    bus: Bus
    tools: dict[str, ToolManifest]
    operator: "Actor | None" = None
    ids: dict[IdOf, str] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def user(self) -> UUID:
        """Their id."""
        return self.person.user

    def may(self, tool: ToolManifest) -> bool:
        """Whether their role opens the tool."""
        return bool(self.person.roles & tool.roles)

    async def call(self, tool: ToolManifest, arguments: dict[str, Any], *, token=None, dry_run=False) -> ToolReply:
        """Call a tool and return its reply."""
        values = {
            headers.IDENTITY: self.person.token() if token is None else token,
            headers.IDEMPOTENCY_KEY: str(uuid4()),
            headers.TIME_ZONE: "America/Denver",
        }
        body = json.dumps({"arguments": arguments, "dry_run": dry_run}).encode()
        reply = ToolReply.model_validate_json(await self.bus.request(tool.subject, body, values, timeout=15))
        if reply.outcome is Outcome.OK and not dry_run:
            self._remember(tool, arguments, reply)
        return reply

    def _remember(self, tool: ToolManifest, arguments: dict[str, Any], reply: ToolReply) -> None:
        """Keep what a call made, and forget what it may have unmade."""
        self.made.setdefault(tool.name, reply.data)
        if tool.effect is Effect.DESTRUCTIVE:
            for wanted in [wanted for wanted, known in self.ids.items() if known in arguments.values()]:
                del self.ids[wanted]
                self.made.pop(wanted.tool, None)

    async def example(self, tool: ToolManifest) -> dict[str, Any]:
        """Return arguments the tool takes, with ids of the actor's own things."""
        return await self.filled(example_of(tool))

    async def filled(self, value: Any) -> Any:
        """Return the arguments with every id got from the tool that makes it."""
        if isinstance(value, dict):
            return {name: await self.filled(item) for name, item in value.items()}
        if isinstance(value, list):
            return [await self.filled(item) for item in value]
        return await self.id_of(value) if isinstance(value, IdOf) else value

    async def id_of(self, wanted: IdOf) -> str:
        """Return an id, making what it stands for if need be; what only operators make is made by one."""
        if wanted not in self.ids and wanted.tool in self.made:
            self.ids[wanted] = wanted.found_in(self.made[wanted.tool])
        if wanted not in self.ids:
            tool = self.tools[wanted.tool]
            actor = self if self.may(tool) else self.operator
            reply = await actor.call(tool, await actor.example(tool))
            assert reply.success, f"{wanted}: {reply.message}"
            self.ids[wanted] = wanted.found_in(reply.data)
        return self.ids[wanted]


def without_ids(value: Any) -> Any:
    """Return example arguments with ids of nothing in place of those that must be got."""
    if isinstance(value, dict):
        return {name: without_ids(item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_ids(item) for item in value]
    return str(uuid4()) if isinstance(value, IdOf) else value
