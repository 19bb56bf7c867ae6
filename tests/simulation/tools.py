"""A tool worker with an inbox: one reply per key, an effect with it, both in one moment; its replies can be lost."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from nats.aio.msg import Msg

from pam_shared.bus.discovery import Directory
from pam_shared.contracts import headers
from pam_shared.contracts.identity import Role
from pam_shared.contracts.tools import Effect, Outcome, ServiceRecord, ToolCall, ToolManifest, ToolReply
from tests.simulation.clock import Loop
from tests.simulation.network import Client

ACT = ToolManifest(
    name="act",
    domain="simulated",
    title="Act",
    description="Do something that must be done once.",
    input_schema={},
    output_schema={},
    effect=Effect.WRITE,
    timeout=1.0,
    roles=frozenset({Role.MEMBER}),
)
REMEMBER = ACT.model_copy(update={"name": "remember", "title": "Remember"})


class StandingDirectory(Directory):
    """A directory that knows the tools from the beginning."""

    async def start(self) -> None:
        """Know them."""
        self._seen["worker"] = (0.0, ServiceRecord(id="worker", name="worker", version="1", tools=[ACT, REMEMBER]))

    async def stop(self) -> None:
        """Nothing was subscribed."""


@dataclass
class Worker:
    """The worker and its database: replies and voids by key, effects by what was intended.

    What is remembered already is not remembered again, under whatever key.
    """

    client: Client
    loop: Loop
    random: Random
    trouble: Callable[[], float]
    effects: Counter[str] = field(default_factory=Counter)
    replies: dict[str, ToolReply] = field(default_factory=dict)
    _running: dict[str, list[str]] = field(default_factory=dict)

    async def start(self) -> None:
        """Answer the tools' subjects."""
        for tool in (ACT, REMEMBER):
            await self.client.subscribe(tool.subject, queue="worker", cb=self._on_call)

    async def _on_call(self, message: Msg) -> None:
        key = (message.headers or {})[headers.IDEMPOTENCY_KEY]
        call = ToolCall.model_validate_json(message.data)
        if key in self.replies:
            self._say(message.reply, self.replies[key])
        elif key in self._running:
            self._running[key].append(message.reply)
        elif call.void:
            self.replies[key] = ToolReply(outcome=Outcome.NOT_RUN, message="It was not done.")
            self._say(message.reply, self.replies[key])
        elif not self._unlucky():
            self._running[key] = [message.reply]
            self.loop.call_later(self._duration(), self._commit, key, call.arguments)

    def _commit(self, key: str, arguments: dict[str, Any]) -> None:
        asking, intent = self._running.pop(key), arguments.get("intent") or arguments["statement"]
        if self._unlucky():
            return
        self.effects[intent] += "intent" in arguments or intent not in self.effects
        self.replies[key] = ToolReply(outcome=Outcome.OK, message=f"{intent} is done.", data={"intent": intent})
        if not self._unlucky():
            for reply in asking:
                self._say(reply, self.replies[key])

    def _say(self, reply: str, answer: ToolReply) -> None:
        self.loop.create_task(self.client.publish(reply, answer.model_dump_json().encode()))

    def _duration(self) -> float:
        return self.random.uniform(0.3, 2.5) if self._unlucky() else self.random.uniform(0.001, 0.05)

    def _unlucky(self) -> bool:
        return self.random.random() < self.trouble()
