"""One turn's answer, put together from its live events."""

import asyncio
from contextlib import suppress
from uuid import UUID

from pam_gateway.live_feed import Frame
from pam_shared.contracts.live import SUPERSEDED, LiveFrame


class Answer:
    """Listens until the turn of one message ends."""

    def __init__(self, conversation: UUID, turn: UUID) -> None:
        self.conversation = conversation
        self.turn = turn
        self.text = ""
        self.error: str | None = None
        self._epoch: int | None = None
        self._done = asyncio.Event()

    @property
    def complete(self) -> bool:
        """Whether the turn has ended."""
        return self._done.is_set()

    def hear(self, frame: Frame) -> None:
        """Take a live frame of the member."""
        if frame.conversation != self.conversation or self.complete:
            return
        event = LiveFrame.model_validate_json(frame.raw).event
        if event.get("type") == "RUN_STARTED" and event.get("runId") == str(self.turn):
            self._epoch, self.text = frame.position.epoch, ""
        if frame.position.epoch == self._epoch and event.get("name") != SUPERSEDED:
            self._take(event)

    def settle(self, text: str) -> None:
        """Take an answer that was found elsewhere."""
        self.text = text
        self._done.set()

    async def wait(self, seconds: float) -> None:
        """Wait for the end of the turn, no longer than that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._done.wait()

    def _take(self, event: dict[str, object]) -> None:
        match event.get("type"):
            case "TEXT_MESSAGE_CONTENT":
                self.text += str(event.get("delta", ""))
            case "RUN_ERROR":
                self.error = str(event.get("message", ""))
                self._done.set()
            case "RUN_FINISHED":
                self._done.set()
