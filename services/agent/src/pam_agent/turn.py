"""The turn: ask the mind, call the tools, write down each step, tell the member. Steps in the log are not repeated."""

import asyncio
import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opentelemetry.trace import SpanKind

from pam_agent.conversation import TurnRecord
from pam_agent.ledger import FencedError, Ledger
from pam_agent.live import Live
from pam_agent.mind import Mind, Prompt, Reply, Step
from pam_agent.ownership import Hold
from pam_agent.settings import AgentSettings
from pam_agent.toolbox import Toolbox
from pam_agent.view import View
from pam_shared.bus.connection import Bus
from pam_shared.clock import utc_now
from pam_shared.contracts import headers, live
from pam_shared.contracts.conversation import (
    ModelReplied,
    ToolReturned,
    ToolUseBlock,
    ToolUsed,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    Usage,
)
from pam_shared.contracts.problems import Problem
from pam_shared.errors import INTERNAL, ExternalUnavailableError, UnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import bind, log
from pam_shared.telemetry.traces import span
from pam_shared.tools.caller import OnBehalfOf

FALLBACK_BANNER = "My thinking is unavailable right now, so I answer by simple rules. Your tools still work."
TOO_MANY_STEPS = "That took more steps than I may take. Please ask for less at once."
TOO_LONG = "That took too long. Please try again."


@dataclass(frozen=True)
class Crew:
    """What turns share. ``minds`` are asked in this order."""

    bus: Bus
    writer: str
    minds: list[Mind]
    toolbox: Toolbox
    settings: AgentSettings


class Turn:
    """One attempt at answering one message."""

    def __init__(self, crew: Crew, view: View, hold: Hold) -> None:
        record = view.state.turn_at(hold.sequence)
        self._crew = crew
        self._view = view
        self._hold = hold
        self._id = record.message.id
        self._ledger = Ledger(crew.bus, view, self._id, crew.writer)
        self._live = Live(crew.bus, view.user, view.id, self._id)
        self._base = view.state.base(record, crew.settings.history_turns)
        self._headers = dict(hold.delivery.headers or {})
        self._zone = str((record.message.context or {}).get("timezone") or "")
        self._deadline = time.monotonic() + crew.settings.turn_within
        self._usage = Usage()
        self._mode = crew.minds[0].mode
        self._beginning: asyncio.Task[None]
        self._appends: list[asyncio.Task[int]] = []

    async def run(self) -> None:
        """Run the turn to its one terminal entry. Raises FencedError when it belongs to somebody else."""
        started = time.perf_counter()
        with (
            bind(turn=str(self._id), request=self._headers.get(headers.REQUEST_ID, "")),
            span("turn", self._headers, SpanKind.CONSUMER) as current,
        ):
            self._beginning = asyncio.create_task(self._begin())
            try:
                if self._record.start is not None:
                    await self._beginning
                status = await self._guarded()
            finally:
                await self._stop()
            current.set_attribute("pam.status", status)
            self._count_tokens()
            log.info("turn finished", status=status, mode=self._mode, **self._usage.model_dump())
        self._view.state.forget_before(self._base)
        metrics.TURNS.labels(status, self._mode).inc()
        metrics.TURN_SECONDS.labels(self._mode).observe(time.perf_counter() - started)

    @property
    def _record(self) -> TurnRecord:
        return self._ledger.record

    def _count_tokens(self) -> None:
        for kind, count in self._usage:
            metrics.MODEL_TOKENS.labels(self._mode, kind.removesuffix("_tokens")).inc(count)

    async def _stop(self) -> None:
        """End what runs beside the turn; after a good end nothing does any more."""
        self._live.stop()
        beside = (self._beginning, *self._appends)
        await end(beside)
        for task in beside:
            if not task.cancelled():
                task.exception()  # seen: what it means for the turn was decided where it was awaited

    async def _begin(self) -> None:
        earlier = self._record.start
        if earlier is not None:
            metrics.TAKEOVERS.inc()
            log.info("taking a turn over", attempt=earlier.attempt + 1)
        start = TurnStarted(
            turn=self._id,
            attempt=earlier.attempt + 1 if earlier else 1,
            nonce=self._ledger.nonce,
            delivered=self._hold.delivered,
            base=self._base,
        )
        epoch = await self._ledger.append(start)
        await self._repeat_last_word()
        await self._live.begin(epoch, takeover=earlier is not None)

    async def _repeat_last_word(self) -> None:
        """Say the end of the turn before again if another process ran it: it may have died before it did."""
        before = self._view.state.before(self._record)
        if before and before[-1].start and before[-1].finished and self._crew.writer not in before[-1].start.nonce:
            await self._live.finish(before[-1].finished)

    async def _guarded(self) -> TurnStatus:
        """Run the steps; whatever goes wrong in them becomes a failed turn that the member is told of."""
        try:
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + self._left()):
                reply = await self._steps()
        except FencedError:
            raise
        except TimeoutError:
            return await self._fail(UnavailableError(TOO_LONG, code="turn_timeout").problem)
        except UnavailableError as error:
            return await self._fail(error.problem)
        except Exception:
            log.exception("a turn failed")
            return await self._fail(INTERNAL)
        return await self._finish(TurnStatus.SUCCESS, text=reply.text, model=reply.model)

    async def _steps(self) -> Reply:
        """Return the mind's last reply, after all the tools it asked for."""
        steps: list[Step] = []
        for number in range(self._crew.settings.steps_max):
            replied = self._record.replies.get(number)
            if replied is None:
                reply = await self._ask(steps)
                self._usage += reply.usage
                if not reply.tool_uses:
                    return reply
                replied = ModelReplied(
                    turn=self._id,
                    step=number,
                    content=reply.content,
                    model=reply.model,
                    usage=reply.usage,
                    base=self._base,
                )
                # On the log before any tool runs: a takeover must call the same tools under the same keys.
                await self._ledger.append(replied)
            steps.append(Step(replied, await self._call_tools(replied)))
        raise UnavailableError(TOO_MANY_STEPS, code="too_many_steps")

    async def _ask(self, steps: list[Step]) -> Reply:
        """Ask the first mind that can answer. Once a mind has said something, no other takes its sentence over."""
        prompt = self._prompt(steps)
        said = self._live.text
        for mind in self._crew.minds:
            try:
                return await self._listen(mind, prompt)
            except ExternalUnavailableError as error:
                log.warning("a mind cannot answer", mode=mind.mode, code=error.problem.code)
                if self._live.text != said:
                    raise
        raise ExternalUnavailableError("Nobody can answer right now. Please try again in a moment.")

    async def _listen(self, mind: Mind, prompt: Prompt) -> Reply:
        if mind.mode != self._mode:
            await self._beginning
            self._mode = mind.mode
            await self._live.custom(live.BANNER, {"message": FALLBACK_BANNER})
        with span("mind", attributes={"pam.mode": mind.mode}) as current:
            async for part in mind.reply(prompt):
                # The mind was asked while the start was being written; nothing it says counts before.
                await self._beginning
                if isinstance(part, str):
                    await self._live.say(part)
                else:
                    current.set_attribute("gen_ai.request.model", part.model)
                    current.set_attribute("gen_ai.usage.input_tokens", part.usage.input_tokens)
                    current.set_attribute("gen_ai.usage.output_tokens", part.usage.output_tokens)
                    return part
        raise ExternalUnavailableError("The answer broke off.", code="stream_cut")

    def _prompt(self, steps: list[Step]) -> Prompt:
        try:
            zone = ZoneInfo(self._zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        return Prompt(
            text=self._record.message.text,
            earlier=self._view.state.before(self._record)[-self._crew.settings.history_turns :],
            steps=steps,
            tools=self._crew.toolbox.offered,
            now=utc_now().astimezone(zone),
            zone=zone.key,
        )

    async def _call_tools(self, replied: ModelReplied) -> list[ToolReturned]:
        """Call all tools of a reply at once; results the log already holds are used as they are."""
        uses = [block for block in replied.content if isinstance(block, ToolUseBlock)]
        await self._live.tools_called(uses)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._call_tool(use)) for use in uses]
        return [task.result() for task in tasks]

    async def _call_tool(self, use: ToolUseBlock) -> ToolReturned:
        returned = self._record.results.get(use.id)
        if returned is None:
            who = OnBehalfOf(
                token=self._headers.get(headers.IDENTITY, ""),
                key=f"{self._id}:{use.id}",
                zone=self._zone,
                request_id=self._headers.get(headers.REQUEST_ID, ""),
            )
            reply = await self._crew.toolbox.call(use, who, self._left())
            returned = ToolReturned(turn=self._id, tool_use_id=use.id, tool=use.name, reply=reply, base=self._base)
            # Written down while the mind goes on: lost with this process, it is got again under the same key.
            self._appends.append(asyncio.create_task(self._ledger.append(returned)))
        await self._live.tool_returned(use.id, returned.reply)
        return returned

    async def _fail(self, problem: Problem) -> TurnStatus:
        return await self._finish(TurnStatus.FAILED, text=self._live.text, error=problem)

    async def _finish(
        self, status: TurnStatus, *, text: str, model: str = "", error: Problem | None = None
    ) -> TurnStatus:
        """Write the terminal entry, then say it. In between this process may die: then the next one says it."""
        await asyncio.gather(self._beginning, *self._appends)
        await self._live.close_text()
        place = self._live.next_position
        finished = TurnFinished(
            turn=self._id,
            status=status,
            text=text,
            error=error,
            tools=self._tools_used(),
            model=model,
            usage=self._usage,
            epoch=place.epoch,
            sequence=place.sequence,
            base=self._base,
        )
        await self._ledger.append(finished)
        await self._live.finish(finished)
        return status

    def _tools_used(self) -> list[ToolUsed]:
        results = self._record.results.values()
        return [ToolUsed(name=result.tool, outcome=result.reply.outcome) for result in results]

    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic())
