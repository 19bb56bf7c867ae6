"""The tool calls of one attempt: at once, each at most once, and none left hanging when the turn ends early."""

import asyncio
from collections.abc import Container

from pam_agent.approvals import told
from pam_agent.conversation import TurnRecord
from pam_agent.errand import Errand
from pam_agent.ledger import Ledger
from pam_agent.live import Live
from pam_agent.remembering import REMEMBER, WITHIN, missed, news, stated
from pam_agent.toolbox import Toolbox
from pam_shared.contracts import headers
from pam_shared.contracts.conversation import ModelReplied, ToolReturned, ToolUseBlock
from pam_shared.contracts.live import BANNER, REMEMBERED
from pam_shared.contracts.problems import Category, Problem
from pam_shared.contracts.tools import WOULD_BE_DONE, Outcome, ToolManifest, ToolReply
from pam_shared.tasks import end
from pam_shared.tools.caller import OnBehalfOf

FINISH_WITHIN = 0.8
"""Seconds a running write may take to end after the turn was cancelled."""
VOID_WITHIN = 0.6

NOT_CALLED = ToolReply(outcome=Outcome.NOT_RUN, message="This was not done.")
IN_DOUBT = ToolReply(
    outcome=Outcome.UNAVAILABLE,
    message="It is not known whether this was done.",
    error=Problem(code="in_doubt", category=Category.SYSTEM, message="It is not known whether this was done."),
)


class Calls:
    """Calls tools for one turn. ``zone`` is the member's, ``base`` where the turn's context begins."""

    def __init__(self, toolbox: Toolbox, ledger: Ledger, live: Live, errand: Errand, zone: str, base: int) -> None:
        self._toolbox = toolbox
        self._ledger = ledger
        self._live = live
        self._headers = errand.headers
        self._zone = zone
        self._base = base
        self._running: dict[str, asyncio.Task[ToolReturned]] = {}
        self._refused: dict[str, ToolReply] = {}
        self._appends: list[asyncio.Task[int]] = []

    async def hold(self, replied: ModelReplied, within: float) -> list[tuple[ToolUseBlock, str]]:
        """Return the calls of a reply that the member has to allow first, each with what it would do.

        They are tried out: one that would be refused or do nothing needs no asking, and is never called.
        """
        results = self._ledger.record.results
        asking = [(use, self._toolbox.asks_first(use.name)) for use in uses_of(replied) if use.id not in results]
        first = [(use, tool) for use, tool in asking if tool is not None]
        replies = await asyncio.gather(*(self._toolbox.try_out(use, self._who(use), within) for use, _ in first))
        tried = [(use, tool, reply) for (use, tool), reply in zip(first, replies, strict=True)]
        self._refused |= {use.id: reply for use, _, reply in tried if reply.outcome is not Outcome.OK}
        return [(use, _would(use, tool, reply)) for use, tool, reply in tried if use.id not in self._refused]

    async def run(self, replied: ModelReplied, within: float, held: Container[str] = frozenset()) -> list[ToolReturned]:
        """Call all tools of a reply at once but those held; results the log already holds are used as they are.

        Cancelled, it leaves them running: :meth:`wind_up` decides what becomes of them.
        """
        await self._live.tools_called(uses_of(replied))
        uses = [use for use in uses_of(replied) if use.id not in held]
        tasks = [asyncio.create_task(self._call(use, within)) for use in uses]
        self._running = {use.id: task for use, task in zip(uses, tasks, strict=True)}
        return await asyncio.gather(*(asyncio.shield(task) for task in tasks))

    async def remember(self, before: list[TurnRecord], within: float) -> None:
        """Have kept what the member states in passing, and what was missed of the turns ``before``.

        The answer is out: only the end of the turn waits for it, and nothing of it can be cancelled.
        """
        uses = stated(self._ledger.record)
        if self._toolbox.offers(REMEMBER):
            uses += missed(before)
        calls = (self._toolbox.call(use, self._who(use), min(WITHIN, within)) for use in uses)
        kept = [self._write_down(*each) for each in zip(uses, await asyncio.gather(*calls), strict=True)]
        if told := news(kept):
            await self._live.custom(REMEMBERED, {"message": told})

    async def written(self) -> None:
        """Wait until every result is in the log. Raises FencedError."""
        await asyncio.gather(*self._appends)

    async def wind_up(self) -> None:
        """End what is under way: a running write may finish, what has not begun is voided, the log knows of each."""
        await self._let_writes_finish()
        await self.stop_calling()
        await self.written()
        doubtful = self._ledger.record.doubtful
        replies = await asyncio.gather(*(self._void(use) for use in doubtful))
        for use, reply in zip(doubtful, replies, strict=True):
            self._write_down(use, reply)
            await self._live.tool_returned(use.id, reply)
        await self.written()

    async def stop_calling(self) -> None:
        """Wait for no answer any more."""
        await end(self._running.values())

    async def stop(self) -> None:
        """End everything; after a good end nothing runs any more."""
        await self.stop_calling()
        await end(self._appends)
        seen(*self._running.values(), *self._appends)

    async def _call(self, use: ToolUseBlock, within: float) -> ToolReturned:
        returned = self._ledger.record.results.get(use.id)
        if returned is None:
            # Written down while the mind goes on: lost with this process, it is got again under the same key.
            refused = self._refused.get(use.id)
            returned = self._write_down(use, refused or await self._toolbox.call(use, self._who(use), within))
        await self._live.tool_returned(use.id, returned.reply)
        if returned.reply.outcome is Outcome.UNAVAILABLE:
            await self._live.custom(BANNER, {"message": returned.reply.message})
        return returned

    async def _let_writes_finish(self) -> None:
        names = {use.id: use.name for use in self._ledger.record.doubtful}
        writes = [
            task
            for use, task in self._running.items()
            if not task.done() and use in names and self._toolbox.changes(names[use])
        ]
        if writes:
            await asyncio.wait(writes, timeout=FINISH_WITHIN)

    async def _void(self, use: ToolUseBlock) -> ToolReply:
        """Make sure that a call has no effect any more, or learn what effect it had."""
        if not self._toolbox.changes(use.name):
            return NOT_CALLED
        return await self._toolbox.void(use, self._who(use), VOID_WITHIN) or IN_DOUBT

    def _write_down(self, use: ToolUseBlock, reply: ToolReply) -> ToolReturned:
        returned = ToolReturned(
            turn=self._ledger.record.message.id,
            tool_use_id=use.id,
            tool=use.name,
            records=self._toolbox.records(use.name),
            reply=reply,
            base=self._base,
        )
        self._appends.append(asyncio.create_task(self._ledger.append(returned)))
        return returned

    def _who(self, use: ToolUseBlock) -> OnBehalfOf:
        return OnBehalfOf(
            token=self._headers.get(headers.IDENTITY, ""),
            key=f"{self._ledger.record.message.id}:{use.id}",
            zone=self._zone,
            request_id=self._headers.get(headers.REQUEST_ID, ""),
            location=self._headers.get(headers.LOCATION, ""),
        )


def _would(use: ToolUseBlock, tool: ToolManifest, tried: ToolReply) -> str:
    """Return what a call would do: in the tool's own words, else by its title and arguments."""
    return told(tool.title, use.input) if tried.message == WOULD_BE_DONE else tried.message


def uses_of(replied: ModelReplied) -> list[ToolUseBlock]:
    """Return the calls a reply asks for."""
    return [block for block in replied.content if isinstance(block, ToolUseBlock)]


def seen(*tasks: asyncio.Task[ToolReturned] | asyncio.Task[int] | asyncio.Task[None]) -> None:
    """Look at how tasks ended: what it means for the turn was decided where they were awaited."""
    for task in tasks:
        if not task.cancelled():
            task.exception()
