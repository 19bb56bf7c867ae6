"""Asking the minds: with all that was said before, one after the other until the answer is whole."""

import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import replace

from opentelemetry.trace import Span

from pam_agent import tokens
from pam_agent.context.changes import changed
from pam_agent.context.snapshot import MemberContext
from pam_agent.conversation import TurnRecord
from pam_agent.costs.pots import BudgetExhaustedError, Payer, Pot
from pam_agent.costs.purse import Reservation
from pam_agent.crew import Crew
from pam_agent.errand import Errand
from pam_agent.finding import FIND_TOOLS, found_in
from pam_agent.history import NOT_ANSWERED, History
from pam_agent.live import Live
from pam_agent.mind import LENGTH, PAUSED, REFUSED, Mind, MindAwayError, Model, Prompt, Reply, Step, is_model
from pam_agent.view import View
from pam_shared.clock import utc_now, zone_of
from pam_shared.contracts import live
from pam_shared.contracts.conversation import TextBlock, Usage
from pam_shared.contracts.tools import ToolManifest
from pam_shared.errors import ExternalUnavailableError
from pam_shared.telemetry.logs import log
from pam_shared.telemetry.traces import span

FALLBACK_BANNER = "My thinking is unavailable right now, so I answer by simple rules. Your tools still work."
SECOND_BANNER = "My usual thinking is unavailable right now, so a quicker but simpler one answers."
LONG_BANNER = "This conversation is getting very long. Soon I will keep only a summary of its beginning."
SHORTENED_BANNER = "This conversation is very long: from here on I keep only a summary of its beginning."

FIRST_TOKENS, GROWTH_TOKENS = 12_000, 4_000
"""What is reserved before a request's length is known: for the first of a conversation, and beyond the one before."""

AGAIN = " … "
"""Between what a mind broke off in and the next one, which begins the sentence anew: no figure is sewn together."""
LOST_THREAD = " …\n\nI lost my thread there. What I can tell you by simple rules: "
CUT = " … (This got too long, so I stopped here. Ask me to go on.)"


class Asking:
    """The minds, as one turn asks them. ``begun`` returns once the turn's start is in the log.

    A mind that could not answer is not asked again in the turn. ``context_tokens`` is how long the last request was.
    """

    def __init__(
        self, crew: Crew, view: View, said: Live, errand: Errand, history: History, begun: Callable[[], Awaitable[None]]
    ) -> None:
        self._crew = crew
        self._view = view
        self._live = said
        self._history = history
        self._begun = begun
        self._record = view.state.turn_at(errand.sequence)
        self._left = crew.settings.model_within
        self._minds = list(crew.minds)
        self._speaker = crew.minds[0]
        self._told_of_length = False
        self.mode = crew.minds[0].mode
        self.context_tokens = 0
        self._payer = Payer.of(self._record, errand)
        self._excuse = FALLBACK_BANNER
        self._pot: Pot | None = None
        self.zone = self._payer.zone
        self._now = utc_now().astimezone(zone_of(self.zone))
        self._taking = crew.contexts.begin(errand, self._record.message.id, self._now)
        self._member: MemberContext | None = None
        self._fitting_tools: list[ToolManifest] | None = None

    async def ask(self, steps: list[Step]) -> Reply:
        """Return the reply of the first mind that can give one. Where one breaks off, the next goes on.

        What it says is all that was shown. Raises ExternalUnavailableError when nobody can answer.
        """
        self._fill(len(steps), self._view.scale.tokens)
        prompt = await self._fitting(steps)
        begins, spent, again = len(self._live.text), Usage(), True
        while True:
            try:
                reply = await self._listen(self._minds[0], prompt)
            except BudgetExhaustedError as error:
                self._save(error)
            except ExternalUnavailableError as error:
                spent += error.usage if isinstance(error, MindAwayError) else Usage()
                self._give_up(error)
            else:
                spent += reply.usage
                self._learn(reply.usage)
                if not again or reply.stop not in {LENGTH, PAUSED} or reply.tool_uses:
                    break
                again = False
            prompt = replace(prompt, shown=self._live.text[begins:], within=self._left)
        await self._end(reply)
        if reply.tool_uses:
            self._fill(len(steps) + 1, self.context_tokens + reply.usage.output_tokens)
        return _shown(reply, self._live.text[begins:], spent)

    async def close(self) -> None:
        """Settle what the calls cost. What was asked for beyond that is the next turn's, or given back."""
        if self._pot is not None:
            await self._crew.purse.put_back(self._pot)

    def _give_up(self, error: ExternalUnavailableError) -> None:
        """Ask this mind no more. Raises ExternalUnavailableError when it was the last."""
        mind = self._minds.pop(0)
        log.warning("a mind cannot answer", mode=mind.mode, code=error.problem.code)
        if not self._minds:
            self._minds = [mind]
            raise ExternalUnavailableError("Nobody can answer right now. Please try again in a moment.") from error

    def _save(self, error: BudgetExhaustedError) -> None:
        """Ask no model any more: what one call cannot be paid with, no other can."""
        log.info("a model cannot be paid", code=error.problem.code)
        self._excuse = str(error)
        self._minds = [mind for mind in self._minds if not is_model(mind)]

    async def _listen(self, mind: Mind, prompt: Prompt) -> Reply:
        """Show what a mind says and return its reply. This is one call of a model, and all it may cost.

        Raises BudgetExhaustedError when it cannot be paid.
        """
        began, before = time.monotonic(), prompt.shown
        try:
            with span("mind", attributes={"pam.mode": mind.mode}) as current:
                async with self._reserved(mind, prompt) as paid, aclosing(mind.reply(prompt)) as parts:
                    async for part in parts:
                        # The mind was asked while the start was being written; nothing it says counts before.
                        await self._begun()
                        await self._introduce(mind)
                        if isinstance(part, Reply):
                            paid.settle(part.usage)
                            _describe(current, part)
                            return part
                        await self._live.say(_seam(before, mind) + part)
                        before = ""
        finally:
            self._left -= time.monotonic() - began
        raise ExternalUnavailableError("The answer broke off.", code="stream_cut")

    def _reserved(self, mind: Mind, prompt: Prompt) -> AbstractAsyncContextManager[Reservation]:
        """Have money for one call; only models cost any."""
        if not is_model(mind):
            return nullcontext(Reservation(Usage()))
        went_in = self._view.scale.most(self.context_tokens + round(len(prompt.shown) / tokens.CHARACTERS))
        estimate = Usage(input_tokens=went_in, output_tokens=mind.max_tokens)
        return self._crew.purse.reserved(self._payer, len(prompt.steps), mind.name, estimate, self._pot)

    def _fill(self, step: int, went_in: int) -> None:
        """Ask for money while the context is taken or tools run. A call that it does not do for asks for its own."""
        mind = self._minds[0]
        if is_model(mind):
            most = max(FIRST_TOKENS, self._view.scale.most(went_in) + GROWTH_TOKENS)
            guess = Usage(input_tokens=most, output_tokens=mind.max_tokens)
            self._pot = self._crew.purse.fill(self._pot, self._payer, step, mind.name, guess)

    async def _introduce(self, mind: Mind) -> None:
        """Say which mind answers, where it is another one than before."""
        if mind is self._speaker:
            return
        self._speaker, self.mode = mind, mind.mode
        message = self._excuse if mind.mode == "rules" else SECOND_BANNER
        await self._live.custom(live.BANNER, {"message": message, "mode": mind.mode})

    async def _end(self, reply: Reply) -> None:
        """Say why a reply is not what it could be."""
        if reply.stop == REFUSED:
            await self._live.say(f"\n\n{NOT_ANSWERED}" if self._live.text else NOT_ANSWERED)
        elif reply.stop in {LENGTH, PAUSED} and not reply.tool_uses:
            await self._live.say(CUT)

    async def _fitting(self, steps: list[Step]) -> Prompt:
        """Return the prompt, with history made shorter where the model could not read it whole."""
        prompt = await self._prompt(steps)
        model, most = self._minds[0], self._crew.settings.tokens_max
        if not is_model(model):
            return prompt
        self.context_tokens = await self._count(prompt, model)
        if self.context_tokens > most and await self._shorten():
            prompt = await self._prompt(steps)
            self.context_tokens = await self._count(prompt, model)
        elif self.context_tokens > self._crew.settings.tokens_told:
            await self._tell_length()
        return prompt

    async def _count(self, prompt: Prompt, model: Model) -> int:
        limits = self._crew.settings.tokens_told, self._crew.settings.tokens_max
        return await tokens.count(prompt, self._view.scale, model, limits)

    def _learn(self, usage: Usage) -> None:
        """Note how long the request was, as the API counted."""
        if usage.read_tokens:
            self._view.scale.learn(usage.read_tokens)
            self.context_tokens = usage.read_tokens

    async def _shorten(self) -> bool:
        await self._begun()
        if not await self._history.shorten():
            return False
        await self._live.custom(live.BANNER, {"message": SHORTENED_BANNER})
        return True

    async def _tell_length(self) -> None:
        """Tell the member once that the conversation is long."""
        if self._told_of_length or self._history.told_of_length:
            return
        self._told_of_length = True
        await self._begun()
        await self._live.custom(live.BANNER, {"message": LONG_BANNER})

    async def _prompt(self, steps: list[Step]) -> Prompt:
        earlier = await self._history.turns()
        return Prompt(
            text=self._record.message.text,
            earlier=earlier,
            summary=self._history.summary,
            steps=steps,
            tools=self._crew.toolbox.offered,
            shown_tools=self._shown_tools(earlier, steps),
            now=self._now,
            zone=str(self._now.tzinfo),
            member=self._member or await self._know(earlier),
            within=self._left,
        )

    def _shown_tools(self, earlier: list[TurnRecord], steps: list[Step]) -> list[ToolManifest]:
        """Return the tools a model is told of: those that fit, what it found meanwhile, and how to find more.

        The rules choose for themselves.
        """
        if not is_model(self._minds[0]):
            return []
        selection = self._crew.toolbox.selection
        if self._fitting_tools is None:
            texts = [turn.message.text for turn in earlier[-1:]] + [self._record.message.text]
            used = [use.name for turn in earlier for use in turn.uses]
            self._fitting_tools = selection.choose(texts, self._view.shown_tools, used)
            self._view.shown_tools = [tool.name for tool in self._fitting_tools]
        if len(self._fitting_tools) == len(selection.tools):
            return self._fitting_tools
        names = found_in(steps) - {tool.name for tool in self._fitting_tools}
        return [*self._fitting_tools, *(tool for tool in selection.tools if tool.name in names), FIND_TOOLS]

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


def _seam(shown: str, mind: Mind) -> str:
    """Return what stands between the text a mind broke off in and what this one says."""
    if not shown.strip():
        return ""
    return LOST_THREAD if mind.mode == "rules" else AGAIN


def _shown(reply: Reply, text: str, usage: Usage) -> Reply:
    """Return a reply with what was shown as its text, and without calls the API itself took back."""
    uses = [] if reply.stop == REFUSED else reply.tool_uses
    if text == reply.text and len(uses) == len(reply.tool_uses):
        return replace(reply, usage=usage)
    return replace(reply, content=[*([TextBlock(text=text)] if text else []), *uses], usage=usage)


def _describe(current: Span, reply: Reply) -> None:
    current.set_attribute("gen_ai.request.model", reply.model)
    current.set_attribute("gen_ai.usage.input_tokens", reply.usage.input_tokens)
    current.set_attribute("gen_ai.usage.output_tokens", reply.usage.output_tokens)
