"""Asking the minds: with all that was said before, one after the other until one answers."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opentelemetry.trace import Span

from pam_agent.context.changes import changed
from pam_agent.context.snapshot import MemberContext
from pam_agent.conversation import TurnRecord
from pam_agent.crew import Crew
from pam_agent.errand import Errand
from pam_agent.live import Live
from pam_agent.mind import Mind, Prompt, Reply, Step
from pam_agent.recall import recall
from pam_agent.view import View
from pam_shared.clock import utc_now
from pam_shared.contracts import live
from pam_shared.errors import ExternalUnavailableError
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import span

FALLBACK_BANNER = "My thinking is unavailable right now, so I answer by simple rules. Your tools still work."


class Asking:
    """The minds, as one turn asks them. ``begun`` returns once the turn's start is in the log."""

    def __init__(
        self, crew: Crew, view: View, said: Live, errand: Errand, begun: Callable[[], Awaitable[None]]
    ) -> None:
        self._crew = crew
        self._view = view
        self._live = said
        self._errand = errand
        self._begun = begun
        self._record = view.state.turn_at(errand.sequence)
        self._asked_the_record = False
        self.mode = crew.minds[0].mode
        self.zone = str((self._record.message.context or {}).get("timezone") or "")
        self._now = utc_now().astimezone(_zone(self.zone))
        self._taking = crew.contexts.begin(errand, self._record.message.id, self._now)
        self._member: MemberContext | None = None

    async def ask(self, steps: list[Step]) -> Reply:
        """Ask the first mind that can answer. Once a mind has said something, no other takes its sentence over.

        Raises ExternalUnavailableError when nobody can, or when a mind broke off in mid-sentence.
        """
        prompt = await self._prompt(steps)
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
        if mind.mode != self.mode:
            await self._begun()
            self.mode = mind.mode
            await self._live.custom(live.BANNER, {"message": FALLBACK_BANNER})
        with span("mind", attributes={"pam.mode": mind.mode}) as current:
            async with aclosing(mind.reply(prompt)) as parts:
                async for part in parts:
                    # The mind was asked while the start was being written; nothing it says counts before.
                    await self._begun()
                    if not isinstance(part, str):
                        _describe(current, part)
                        return part
                    await self._live.say(part)
        raise ExternalUnavailableError("The answer broke off.", code="stream_cut")

    async def _prompt(self, steps: list[Step]) -> Prompt:
        earlier = await self._earlier()
        return Prompt(
            text=self._record.message.text,
            earlier=earlier,
            steps=steps,
            tools=self._crew.toolbox.offered,
            now=self._now,
            zone=str(self._now.tzinfo),
            member=self._member or await self._know(earlier),
        )

    async def _know(self, earlier: list[TurnRecord]) -> MemberContext:
        """Return the snapshot of the member that this turn works with, once the member heard what is new in it."""
        known, before = await self._taking, self._view.known
        new = changed(before, known, earlier, self._crew.toolbox.offered) if before else []
        self._member = self._view.known = known.model_copy(update={"changed": new})
        if new:
            await self._begun()
            message = f"Since we last spoke this has changed: {', '.join(new)}."
            await self._live.custom(live.CONTEXT_CHANGED, {"sources": new, "message": message})
        return self._member

    async def _earlier(self) -> list[TurnRecord]:
        """Return the turns before this one, as many as the model sees; those the log lost come from the record."""
        most = self._crew.settings.history_turns
        told = self._view.state.before(self._record)
        if len(told) < most and not self._view.state.whole:
            if self._view.recalled is None and not self._asked_the_record:
                self._asked_the_record = True
                self._view.recalled = await recall(self._crew.bus, self._errand, set(self._view.state.turns))
            told = [*(self._view.recalled or []), *told]
        return told[-most:]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _describe(current: Span, reply: Reply) -> None:
    current.set_attribute("gen_ai.request.model", reply.model)
    current.set_attribute("gen_ai.usage.input_tokens", reply.usage.input_tokens)
    current.set_attribute("gen_ai.usage.output_tokens", reply.usage.output_tokens)
