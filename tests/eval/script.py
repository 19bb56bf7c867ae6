"""Conversations as members have them, kept as data: what is said, and what should come of it."""

from functools import cache
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

_HERE = Path(__file__).parent


class Strict(BaseModel):
    """Data in which a misspelt word is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Call(Strict):
    """A tool, the arguments that matter, and what a model would ``also`` give it.

    ``"<tool path.to.value>"`` stands for what an earlier call of the conversation brought, ``<today-1>`` for a day.
    """

    tool: str
    arguments: dict[str, Any] = {}
    also: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_data(cls, given: Any) -> Any:
        """Read ``tool`` or ``tool: {argument: value}``, beside an ``also``."""
        if not isinstance(given, dict) or "tool" in given:
            return {"tool": given} if isinstance(given, str) else given
        ((tool, arguments),) = ((key, value) for key, value in given.items() if key != "also")
        return {"tool": tool, "arguments": arguments or {}, "also": given.get("also", {})}


class Turn(Strict):
    """What a member says, and one of: ``calls`` of tools, a question that ``asks`` for a slot, a refusal, or talk.

    ``looks`` are reads a mind may make first, or where it does not know by itself. ``waits``: the member is asked
    before the calls are made. ``has`` and ``lacks``: words of the answer. ``fails``: a tool will say no. ``knows``:
    words a model finds in its context.
    """

    say: str
    calls: list[Call] = []
    looks: list[Call] = []
    asks: str = ""
    refuses: bool = False
    waits: bool = False
    fails: bool = False
    has: list[str] = []
    lacks: list[str] = []
    knows: list[str] = []

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if bool(self.calls) + bool(self.asks) + self.refuses > 1:
            raise ValueError(f"{self.say!r}: calls, asks and refuses exclude each other")
        return self


class Conversation(Strict):
    """One member's conversation.

    ``people`` are other members by their username, with calls they made before; ``before`` are the member's own, and
    ``at`` is where the member's device says it is, in degrees.
    """

    name: str
    subject: str = ""
    at: tuple[float, float] | None = None
    people: dict[str, list[Call]] = {}
    before: list[Call] = []
    turns: list[Turn]


@cache
def conversations() -> tuple[Conversation, ...]:
    """Return the conversations beside this file; the subject is the file's name."""
    files = sorted((_HERE / "conversations").glob("*.yaml"))
    return tuple(conversation for file in files for conversation in read(file))


def read(file: Path) -> list[Conversation]:
    """Return the conversations of one file. Raises pydantic.ValidationError."""
    return [Conversation(subject=file.stem.replace("_", " "), **one) for one in yaml.safe_load(file.read_text())]
