"""What one call asks the outside world, and what is to be said about the answers."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn, TypeVar, overload

from pam_shared.clock import spoken_age
from pam_shared.errors import ExternalUnavailableError, NotFoundError
from pam_shared.tools.context import ToolContext
from pam_tools_trip.external import Found, World

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")

WITHIN = 6.5
"""Seconds for all that is outside: what comes later would come after the caller's eight."""

SAMPLE = "These are sample figures, made up for trying PAM out."


class NothingFoundError(NotFoundError):
    """No such place, or no road to it: its sentence is the whole answer."""


@dataclass
class Inquiry:
    """Asks on behalf of one call: cites whoever answers, and keeps what is missing or must be said besides."""

    ctx: ToolContext
    missing: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    ends: float = field(default_factory=lambda: asyncio.get_running_loop().time() + WITHIN)

    @property
    def world(self) -> World:
        """The adapters this worker opened at its start."""
        world: World = self.ctx.resources
        return world

    async def hear(self, what: str, answer: Awaitable[Found[T]]) -> T | None:
        """Return an answer, or None where nobody can give it now: ``what`` is named as missing then."""
        try:
            return await self.need(answer)
        except ExternalUnavailableError:
            self.miss(what)
            return None

    async def need(self, answer: Awaitable[Found[T]]) -> T:
        """Return an answer without which there is none. Raises ExternalUnavailableError."""
        await self.ctx.release()
        try:
            async with asyncio.timeout_at(self.ends):
                found = await answer
        except TimeoutError as error:
            raise ExternalUnavailableError("Looking that up took too long. Please try again in a moment.") from error
        self._cite(found)
        return found.value

    def miss(self, what: str) -> None:
        """Name what could not be had: the answer is partial."""
        self.ctx.partial = True
        if what not in self.missing:
            self.missing.append(what)

    def give_up(self) -> NoReturn:
        """Say that nothing can be told without what is missing. Raises ExternalUnavailableError."""
        raise ExternalUnavailableError(f"I can't get {_listed(self.missing)} right now. Please try again in a moment.")

    def remark(self, sentence: str) -> None:
        """Keep a sentence that belongs to the answer, once."""
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def doubt(self, confidence: float) -> None:
        """Lower the answer's confidence to this, if it is higher."""
        self.ctx.confidence = min(confidence, self.ctx.confidence or 1.0)

    def closing(self) -> str:
        """Return what is to be said after the answer, beginning with a blank where there is anything."""
        sentences = list(self.remarks)
        if self.missing:
            sentences.append(f"I can't get {_listed(self.missing)} right now.")
        if any(source.sample for source in self.ctx.sources):
            sentences.append(SAMPLE)
        return "".join(f" {sentence}" for sentence in sentences)

    def _cite(self, found: Found[Any]) -> None:
        told = {(source.name, source.kind) for source in self.ctx.sources if source.as_of <= found.as_of}
        if (found.source, found.kind) not in told:
            self.ctx.cite(found.source, found.as_of, kind=found.kind, sample=found.sample)
        if found.partial:
            self.ctx.partial = True
            self.remark(f"{found.source} gave me only a part of what it has.")
        if found.kind == "stale":
            age = spoken_age(max(found.age(self.ctx.now), timedelta()))
            self.remark(f"{found.source} doesn't answer right now; what I have of it is from {age}.")


@overload
async def together(one: Awaitable[A], other: Awaitable[B], /) -> tuple[A, B]: ...
@overload
async def together(one: Awaitable[A], other: Awaitable[B], third: Awaitable[C], /) -> tuple[A, B, C]: ...
async def together(*awaitables: Awaitable[Any]) -> Any:
    """Await all at once; when all have ended, raise the first error or return the results in order."""
    return tuple(await together_all(awaitables))


async def together_all(awaitables: Iterable[Awaitable[T]]) -> list[T]:
    """Await any number at once; otherwise as ``together``."""
    results = await asyncio.gather(*awaitables, return_exceptions=True)
    found: list[T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        found.append(result)
    return found


def _listed(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
