"""What answers: a model or the rules. Both are asked the same way and answer the same way."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from pam_agent.context.snapshot import MemberContext
from pam_agent.conversation import TurnRecord
from pam_shared.contracts.conversation import ModelReplied, TextBlock, ToolReturned, ToolUseBlock, Usage, text_of
from pam_shared.contracts.tools import ToolManifest


@dataclass(frozen=True)
class Step:
    """One round of the turn so far: what the mind asked for, and what the tools returned."""

    reply: ModelReplied
    results: list[ToolReturned]


@dataclass(frozen=True)
class Prompt:
    """All a mind is told: earlier turns oldest first, the message to answer, the steps so far, the tools there are.

    ``member`` is what is known of who speaks.
    """

    text: str
    earlier: list[TurnRecord]
    steps: list[Step]
    tools: list[ToolManifest]
    now: datetime
    zone: str
    member: MemberContext | None = None


@dataclass(frozen=True)
class Reply:
    """What a mind said in whole. Without tool uses the turn is over."""

    content: list[TextBlock | ToolUseBlock]
    model: str
    usage: Usage = field(default_factory=Usage)

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
