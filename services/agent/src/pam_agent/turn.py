"""The turn: ask the mind, call the tools, write down each step, tell the member. Steps in the log are not repeated."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from opentelemetry.trace import SpanKind

from pam_agent.approvals import ASKED, DECLINED, GONE, Verdict, approvals_of, calls_of, question, verdict_of
from pam_agent.asking import Asking
from pam_agent.calls import Calls, seen
from pam_agent.conversation import TurnRecord
from pam_agent.crew import Crew
from pam_agent.errand import Errand
from pam_agent.history import History
from pam_agent.ledger import FencedError, Ledger
from pam_agent.live import Live
from pam_agent.mind import Reply, Step
from pam_agent.sources import sources_of
from pam_agent.view import View
from pam_shared.clock import utc_now
from pam_shared.contracts import headers
from pam_shared.contracts.conversation import (
    Approval,
    ModelReplied,
    TextBlock,
    TurnFinished,
    TurnStarted,
    TurnStatus,
    Usage,
    text_of,
)
from pam_shared.contracts.problems import Problem
from pam_shared.contracts.tools import Outcome
from pam_shared.errors import INTERNAL, UnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry import metrics
from pam_shared.telemetry.logs import bind, log
from pam_shared.telemetry.traces import span

TOO_MANY_STEPS = "That took more steps than I may take. Please ask for less at once."
TOO_LONG = "That took too long. Please try again."


class Turn:
    """One attempt at answering one message."""

    def __init__(self, crew: Crew, view: View, errand: Errand) -> None:
        record = view.state.turn_at(errand.sequence)
        self._crew = crew
        self._view = view
        self._delivered = errand.delivered
        self._id = record.message.id
        self._ledger = Ledger(crew.bus, view, self._id, crew.writer)
        self._live = Live(crew.bus, view.user, view.id, self._id)
        self._base = view.state.base(record)
        self._headers = errand.headers
        self._deadline = time.monotonic() + crew.settings.turn_within
        self._usage = Usage()
        self._history = History(crew, view, self._ledger, errand)
        self._asking = Asking(crew, view, self._live, errand, self._history, self._begun)
        self._calls = Calls(crew.toolbox, self._ledger, self._live, errand, self._asking.zone, self._base)
        self._approvals: list[Approval] = []
        self._beginning: asyncio.Task[None]
        self._cancelling = False
        self._unbroken: set[asyncio.Task[None] | asyncio.Task[int]] = set()

    async def run(self, doom: Problem | None = None) -> None:
        """Run the turn to its one terminal entry, or with ``doom`` end it as failed.

        Raises FencedError when it belongs to somebody else.
        """
        started = time.perf_counter()
        with (
            bind(turn=str(self._id), request=self._headers.get(headers.REQUEST_ID, "")),
            span("turn", self._headers, SpanKind.CONSUMER) as current,
        ):
            self._beginning = asyncio.create_task(self._begin())
            try:
                if self._delivered > 1 or self._record.start is not None:
                    # What killed an agent before is not looked at before the log says that somebody tries again.
                    await self._beginning
                status = await (self._fail(doom) if doom else self._guarded())
            finally:
                await self._stop()
            current.set_attribute("pam.status", status)
            self._count_tokens()
            log.info("turn finished", status=status, mode=self._asking.mode, **self._usage.model_dump())
        self._view.state.forget_before(self._base)
        metrics.TURNS.labels(status, self._asking.mode).inc()
        metrics.TURN_SECONDS.labels(self._asking.mode).observe(time.perf_counter() - started)

    @property
    def _record(self) -> TurnRecord:
        return self._ledger.record

    async def _whole(self, step: Coroutine[Any, Any, Any]) -> None:
        """Do what must not be left half done: cancelled, it goes on, and the end of the turn waits for it."""
        task = asyncio.create_task(step)
        self._unbroken.add(task)
        await asyncio.shield(task)
        self._unbroken.discard(task)

    async def _settled(self) -> None:
        """Wait for what must not be left half done. Raises FencedError."""
        await asyncio.gather(*self._unbroken)

    async def _begun(self) -> None:
        await self._beginning

    def _count_tokens(self) -> None:
        for kind, count in self._usage:
            metrics.MODEL_TOKENS.labels(self._asking.mode, kind.removesuffix("_tokens")).inc(count)

    async def _stop(self) -> None:
        """End what runs beside the turn; after a good end nothing does any more."""
        self._live.stop()
        self._crew.speaking.discard(self._live)
        await end([self._beginning, *self._unbroken])
        await self._calls.stop()
        await self._asking.close()
        seen(self._beginning, *self._unbroken)

    async def _begin(self) -> None:
        earlier = self._record.start
        if earlier is not None:
            metrics.TAKEOVERS.inc()
            log.info("taking a turn over", attempt=earlier.attempt + 1)
        start = TurnStarted(
            turn=self._id,
            attempt=earlier.attempt + 1 if earlier else 1,
            nonce=self._ledger.nonce,
            delivered=self._delivered,
            base=self._base,
        )
        epoch = await self._ledger.append(start)
        await self._repeat_last_words()
        await self._live.begin(epoch, takeover=earlier is not None)
        self._crew.speaking.add(self._live)

    async def _repeat_last_words(self) -> None:
        """Say again what another process ended in its newest attempt: it may have died before it did."""
        ends = [
            turn.finished
            for key, turn in self._view.state.turns.items()
            if turn.ended_by_other(self._crew.writer) or key in self._crew.unsaid
        ]
        newest = max((finished.epoch for finished in ends if finished), default=0)
        for finished in ends:
            if finished and finished.epoch == newest:
                await self._live.finish(finished)

    async def _guarded(self) -> TurnStatus:
        """Run the steps; whatever goes wrong in them becomes a failed turn that the member is told of."""
        if self._record.cancelled:
            return await self._cancel()
        steps = asyncio.create_task(self._steps())
        watching = asyncio.create_task(self._watch(steps))
        try:
            async with asyncio.timeout(self._left()):
                reply = await steps
            await self._calls.remember(self._view.state.before(self._record), self._left())
        except FencedError:
            raise
        except asyncio.CancelledError:
            if not self._cancelling:
                raise
            return await self._cancel()
        except TimeoutError:
            return await self._fail(UnavailableError(TOO_LONG, code="turn_timeout").problem)
        except UnavailableError as error:
            return await self._fail(error.problem)
        except Exception:
            log.exception("a turn failed")
            return await self._fail(INTERNAL)
        finally:
            await end([watching, steps])
            seen(watching)
        status = TurnStatus.INTERRUPT if self._approvals else TurnStatus.SUCCESS
        return await self._finish(status, model=reply.model)

    async def _watch(self, steps: asyncio.Task[Reply]) -> None:
        """Hear of cancels: those of messages that wait behind this one are answered here, its own ends the steps."""
        await self._beginning
        while not self._record.cancelled:
            more = self._view.cancel
            if self._view.state.cancelled_behind(self._record):
                await self._whole(self._end_queued())
            await more.wait()
        self._cancelling = True
        await end([steps])

    async def _end_queued(self) -> None:
        """End cancelled messages that wait for this turn; from anybody else clients would see them out of order."""
        for queued in self._view.state.cancelled_behind(self._record):
            with self._live.reserved() as place:
                finished = TurnFinished(
                    turn=queued.message.id,
                    status=TurnStatus.CANCELLED,
                    epoch=place.epoch,
                    sequence=place.sequence,
                    base=self._base,
                )
                await self._ledger.append(finished)
                self._live.fill(finished)
            await self._live.flush()

    async def _steps(self) -> Reply:
        """Return the mind's last reply, after all the tools it asked for; or what is asked of the member before."""
        verdict = verdict_of(self._record.message, self._view.state.before(self._record))
        if verdict and not verdict.allows:
            return await self._speak(DECLINED if verdict.calls else GONE)
        steps: list[Step] = []
        for number in range(self._crew.settings.steps_max):
            replied = self._record.replies.get(number)
            if replied is None:
                reply = Reply([*calls_of(verdict)], ASKED) if verdict and not steps else await self._asking.ask(steps)
                self._usage += reply.usage
                if not reply.tool_uses:
                    return reply
                replied = await self._write_down(number, reply, verdict if not steps else None)
            else:
                await self._live.say(text_of(replied.content))
            held = [] if replied.approved else await self._calls.hold(replied, self._left())
            results = await self._calls.run(replied, self._left(), {use.id for use, _ in held})
            if held:
                self._approvals = approvals_of(self._id, held, utc_now())
                return await self._speak(question(self._approvals), replied.model)
            steps.append(Step(replied, results))
        raise UnavailableError(TOO_MANY_STEPS, code="too_many_steps")

    async def _speak(self, text: str, model: str = ASKED) -> Reply:
        """Say something of our own, after whatever was said."""
        await self._begun()
        await self._live.say(f"\n\n{text}" if self._live.text else text)
        return Reply([TextBlock(text=text)], model)

    async def _write_down(self, number: int, reply: Reply, verdict: Verdict | None) -> ModelReplied:
        """Put a reply on the log before any tool runs: a takeover must call the same tools under the same keys."""
        replied = ModelReplied(
            turn=self._id,
            step=number,
            content=reply.content,
            model=reply.model,
            usage=reply.usage,
            approved=[call.id for call in verdict.calls] if verdict else [],
            base=self._base,
        )
        await self._whole(self._ledger.append(replied))
        return replied

    async def _cancel(self) -> TurnStatus:
        await self._beginning
        await self._settled()
        await self._calls.wind_up()
        return await self._finish(TurnStatus.CANCELLED)

    async def _fail(self, problem: Problem) -> TurnStatus:
        await self._beginning
        await self._settled()
        await self._calls.wind_up()
        return await self._finish(TurnStatus.FAILED, error=problem)

    async def _finish(self, status: TurnStatus, *, model: str = "", error: Problem | None = None) -> TurnStatus:
        """Write the terminal entry, then say it. In between this process may die: then the next one says it."""
        await self._beginning
        await self._calls.written()
        await self._settled()
        self._crew.speaking.discard(self._live)
        sources = sources_of(self._record) if self._live.text else []
        await self._live.close_text(sources)
        await self._history.write_down()
        place = self._live.next_position
        finished = TurnFinished(
            turn=self._id,
            status=status,
            text=self._live.text,
            error=error,
            tools=[used for used in self._record.used if used.outcome is not Outcome.NOT_RUN],
            not_run=[used.name for used in self._record.used if used.outcome is Outcome.NOT_RUN],
            sources=sources,
            approvals=self._approvals if status is TurnStatus.INTERRUPT else [],
            model=model,
            usage=self._usage,
            context_tokens=self._asking.context_tokens,
            epoch=place.epoch,
            sequence=place.sequence,
            base=self._base,
        )
        self._crew.unsaid.add(self._id)
        await self._ledger.append(finished)
        await self._live.finish(finished)
        self._crew.unsaid.discard(self._id)
        return status

    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic())
