"""What answers: a model or the rules. Both are asked the same way and answer the same way."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeGuard

from pam_agent.context.snapshot import MemberContext
from pam_agent.conversation import TurnRecord
from pam_shared.contracts.conversation import ModelReplied, TextBlock, ToolReturned, ToolUseBlock, Usage, text_of
from pam_shared.contracts.tools import ToolManifest
from pam_shared.errors import ExternalUnavailableError

LENGTH, PAUSED, REFUSED = "max_tokens", "pause_turn", "refusal"
"""Why a reply ended, where it did not end by itself."""
RULES = "rules"
"""In place of a model's name, where none answered."""


@dataclass(frozen=True)
class Step:
    """One round of the turn so far: what the mind asked for, and what the tools returned."""

    reply: ModelReplied
    results: list[ToolReturned]


@dataclass(frozen=True, eq=False)
class Prompt:
    """All a mind is told: earlier turns oldest first, the message to answer, the steps so far, the tools there are.

    ``shown_tools`` are those of ``tools`` that a model is told of. ``member`` is what is known of who speaks.
    ``summary`` stands for the turns before ``earlier``. ``shown`` is what the member has read of this very reply, where
    a mind broke off in it: the next one goes on behind it. ``within``: seconds the reply may take in all.
    """

    text: str
    earlier: list[TurnRecord]
    steps: list[Step]
    tools: list[ToolManifest]
    now: datetime
    zone: str
    shown_tools: Sequence[ToolManifest] = ()
    member: MemberContext | None = None
    summary: str = ""
    shown: str = ""
    within: float = 25.0


class MindAwayError(ExternalUnavailableError):
    """Time must pass: a mind cannot answer, or broke off; ``usage`` is what it cost all the same."""

    def __init__(self, code: str, usage: Usage | None = None) -> None:
        super().__init__("My thinking is unavailable right now.", code=code)
        self.usage = usage or Usage()


@dataclass(frozen=True)
class Reply:
    """What a mind said in whole. Without tool uses the turn is over. ``stop`` is why the API says it ended."""

    content: list[TextBlock | ToolUseBlock]
    model: str
    usage: Usage = field(default_factory=Usage)
    stop: str = "end_turn"

    @property
    def tool_uses(self) -> list[ToolUseBlock]:
        """The tools to be called."""
        return [block for block in self.content if isinstance(block, ToolUseBlock)]

    @property
    def text(self) -> str:
        """The text alone."""
        return text_of(self.content)


class Mind(Protocol):
    """Something that answers."""

    mode: Literal["claude", "rules"]

    def reply(self, prompt: Prompt) -> AsyncGenerator[str | Reply, None]:
        """Yield text as it comes, and the whole reply last.

        Raises ExternalUnavailableError when it cannot answer now.
        """
        ...

    async def close(self) -> None:
        """Give back what it holds."""
        ...


class Model(Mind, Protocol):
    """A mind that reads tokens, is paid for them, and can write about anything.

    ``name`` is what the API calls it; it writes ``max_tokens`` at most.
    """

    name: str
    max_tokens: int

    async def count(self, prompt: Prompt) -> int | None:
        """Return the tokens of the request for a prompt; None when that cannot be learned now."""
        ...

    async def write(self, instructions: str, text: str, within: float) -> Reply:
        """Do with a text what the instructions say, in so many seconds at most.

        Raises MindAwayError.
        """
        ...


def is_model(mind: Mind) -> TypeGuard[Model]:
    """Whether a mind is a model; a protocol's own ``isinstance`` looks at each of its attributes, every time."""
    return hasattr(mind, "max_tokens")
