"""A mind that follows a script in the message's text, with the troubles of a model: late, silent, cut off, away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from random import Random
from typing import Literal

import orjson

from pam_agent.mind import Prompt, Reply
from pam_shared.contracts.conversation import TextBlock, ToolUseBlock
from pam_shared.errors import ExternalUnavailableError
from tests.simulation.tools import ACT

FOR_EVER = 3600.0
QUICK, SLOW = 0.08, 2.5
TROUBLES = ("away", "breaks", "hangs", "cut", "slow")


@dataclass(frozen=True)
class Script:
    """What a message asks for: a name, how many tools each step calls, how many words the answer has.

    A deadly one kills the process that asks a mind about it. One that ``states`` something says it in passing.
    """

    name: str
    steps: tuple[int, ...]
    words: int
    slow: bool = False
    deadly: bool = False
    states: bool = False

    def text(self) -> str:
        """Return the message's text: the script, and on a line of its own what it states."""
        return f"{orjson.dumps(self).decode()}\n{self.statement}"

    @classmethod
    def of(cls, text: str) -> "Script":
        """Read a message's text."""
        told = orjson.loads(text.partition("\n")[0])
        return cls(told["name"], tuple(told["steps"]), told["words"], told["slow"], told["deadly"], told["states"])

    @property
    def statement(self) -> str:
        """What is to be remembered; empty for nothing."""
        return f"My dog is called {self.name}" if self.states else ""

    @property
    def intents(self) -> list[str]:
        """What the tools are to do, each once."""
        return [f"{self.name}/{step}/{n}" for step, count in enumerate(self.steps) for n in range(count)]


@dataclass
class Scripted:
    """Answers by the script; call ids are never the same twice. ``trouble``: how likely a call goes wrong."""

    mode: Literal["claude", "rules"]
    random: Random
    trouble: Callable[[], float]
    kill: Callable[[], None]
    complain: Callable[[str], None]

    async def reply(self, prompt: Prompt) -> AsyncIterator[str | Reply]:
        """Say the step's words, then ask for its tools or end."""
        self._check(prompt)
        script = Script.of(prompt.text)
        if script.deadly:
            self.kill()
            await asyncio.sleep(FOR_EVER)
        trouble = self._trouble()
        await self._suffer(trouble)
        said = ""
        for number in range(script.words):
            await asyncio.sleep(self.random.uniform(0.001, SLOW if trouble == "slow" or script.slow else QUICK))
            if number and trouble in {"breaks", "cut"}:
                break
            word = f"{script.name}.{len(prompt.steps)}.{number} "
            said += word
            yield word
        if trouble == "breaks":
            raise ExternalUnavailableError("The model broke off.")
        if trouble != "cut":
            yield Reply([TextBlock(text=said), *self._uses(script, len(prompt.steps))], "scripted")

    async def close(self) -> None:
        """Nothing is held."""

    def _trouble(self) -> str:
        if self.mode == "rules" or self.random.random() >= self.trouble():
            return ""
        return self.random.choice(TROUBLES)

    async def _suffer(self, trouble: str) -> None:
        if trouble == "away":
            raise ExternalUnavailableError("The model is away.")
        if trouble == "hangs":
            await asyncio.sleep(FOR_EVER)

    def _uses(self, script: Script, step: int) -> list[ToolUseBlock]:
        count = script.steps[step] if step < len(script.steps) else 0
        intents = [f"{script.name}/{step}/{number}" for number in range(count)]
        return [ToolUseBlock(id=self._new_id(), name=ACT.name, input={"intent": intent}) for intent in intents]

    def _new_id(self) -> str:
        return f"call_{self.random.getrandbits(40):010x}"

    def _check(self, prompt: Prompt) -> None:
        """A model refuses a history in which a call has no result, or a turn no end."""
        for step in prompt.steps:
            asked = [block.id for block in step.reply.content if isinstance(block, ToolUseBlock)]
            if [result.tool_use_id for result in step.results] != asked:
                self.complain("a model was told of a call without its result")
        if any(turn.finished is None for turn in prompt.earlier):
            self.complain("a model was told of an earlier turn that has not ended")
