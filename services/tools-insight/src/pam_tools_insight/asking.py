"""Asking the other workers about the member: all at once, and going on without those that do not answer."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ValidationError

from pam_shared.contracts.tools import ToolReply
from pam_shared.errors import UnavailableError
from pam_shared.telemetry.logs import log
from pam_shared.tools.context import ToolContext
from pam_tools_insight.records import Agenda, Garage, Money, Social, Travel
from pam_tools_insight.rules import Window, listed

WITHIN = 3.0
"""Seconds a worker is given: enough for a busy one, and little enough to answer without it."""


class Part(StrEnum):
    """A part of what PAM holds of a member, as it is said."""

    MONEY = "money"
    TRAVEL = "travel"
    SOCIAL = "community"
    VEHICLES = "vehicle"
    AGENDA = "calendar"


@dataclass(frozen=True)
class Question:
    """Which tool of which worker answers, in which shape; ``dated`` ones take a window.

    ``place`` is the field of Gathered it goes to; ``cited`` is what members are told it comes from.
    """

    domain: str
    tool: str
    model: type[BaseModel]
    place: str
    cited: str
    dated: bool = False


QUESTIONS = {
    Part.MONEY: Question(
        "budget", "get_money_records", Money, "money", "your expenses, income and budgets", dated=True
    ),
    Part.TRAVEL: Question(
        "trip", "get_travel_records", Travel, "travel", "your trips, fuel and maintenance", dated=True
    ),
    Part.SOCIAL: Question("social", "get_social_records", Social, "social", "your community activity"),
    Part.VEHICLES: Question("account", "get_vehicles", Garage, "garage", "your vehicles"),
    Part.AGENDA: Question("account", "get_calendar_events", Agenda, "agenda", "your calendar"),
}


@dataclass
class Gathered:
    """What the workers told; a part that did not answer is None and named in ``missing``."""

    money: Money | None = None
    travel: Travel | None = None
    social: Social | None = None
    garage: Garage | None = None
    agenda: Agenda | None = None
    missing: list[Part] = field(default_factory=list)

    @property
    def is_cut(self) -> bool:
        """Whether older records were left out."""
        return any(part is not None and part.truncated for part in (self.money, self.travel))

    def said(self, sentence: str, *, empty: bool = False) -> str:
        """Return the sentence, with what it had to do without; ``empty`` ones speak of nothing on record."""
        notes = ["The records I could reach hold nothing about it." if empty and self.missing else sentence]
        if self.is_cut:
            notes.append("There are more records than I can look at in one go; this is about the newest of them.")
        if self.missing:
            notes.append(f"I could not reach your {listed(self.missing)} records just now, so they are left out.")
        return " ".join(notes)


async def gather(ctx: ToolContext, window: Window, *parts: Part) -> Gathered:
    """Ask about each part at once. Marks the reply partial and cites who answered.

    Raises UnavailableError when nobody answers.
    """
    answers = await asyncio.gather(*(_ask(ctx, QUESTIONS[part], window) for part in parts))
    found = {part: answer for part, answer in zip(parts, answers, strict=True) if answer is not None}
    missing = [part for part in parts if part not in found]
    if not found:
        raise UnavailableError(f"I can't reach your {listed(missing)} records right now. Please try again in a moment.")
    gathered = Gathered(**{QUESTIONS[part].place: answer for part, answer in found.items()}, missing=missing)
    ctx.partial = ctx.partial or bool(missing) or gathered.is_cut
    return gathered


async def gather_all(ctx: ToolContext, window: Window, *parts: Part) -> Gathered:
    """Ask about parts that mean nothing without each other. Raises UnavailableError when one does not answer."""
    found = await gather(ctx, window, *parts)
    if found.missing:
        raise UnavailableError(f"I can't reach your {listed(found.missing)} records right now. Please try again soon.")
    return found


async def _ask(ctx: ToolContext, question: Question, window: Window) -> Any:
    arguments = {"start_date": str(window.start), "end_date": str(window.end)} if question.dated else {}
    reply = await ctx.ask(question.domain, question.tool, arguments, within=WITHIN)
    answer = _read(question, reply)
    if answer is not None:
        ctx.cite(question.cited, reply.as_of or ctx.now)
        ctx.sources += [source for source in reply.sources if source.sample]
    return answer


def _read(question: Question, reply: ToolReply) -> Any:
    if not reply.success:
        return None
    try:
        return question.model.model_validate(reply.data or {})
    except ValidationError as error:
        log.warning("another worker's answer is not what was agreed", tool=question.tool, reason=str(error))
        return None
