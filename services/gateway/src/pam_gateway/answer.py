"""One turn's answer, put together from its live events."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID

from pam_gateway.live_feed import Frame
from pam_shared.contracts import live
from pam_shared.contracts.live import LiveFrame, Position


class Answer:
    """Listens until the turn of one message ends.

    ``actions`` are the calls that wait for the member's approval, as AG-UI's interrupts; ``sources`` are where the
    answer comes from. ``torn`` says that something
    of the text did not come: the answer on record is the whole one.
    """

    def __init__(self, conversation: UUID, turn: UUID) -> None:
        self.conversation = conversation
        self.turn = turn
        self.text = ""
        self.error: str | None = None
        self.actions: list[dict[str, Any]] = []
        self.sources: list[dict[str, Any]] = []
        self.complete = False
        self.torn = False
        self._last: Position | None = None
        self._heard = asyncio.Event()

    def hear(self, frame: Frame) -> None:
        """Take a live frame of the member."""
        if frame.conversation != self.conversation or self.complete:
            return
        mine = frame.turn == str(self.turn)
        if mine and frame.kind in {"RUN_STARTED", live.SO_FAR}:
            self._last, self.text, self.sources, self.torn = frame.position, "", [], False
        elif not self._continues(frame) and not mine:
            return
        self._take(frame.kind, LiveFrame.model_validate_json(frame.raw).event)

    def interrupted(self) -> None:
        """Something may not have come."""
        self.torn = True

    def settle(self, text: str, sources: list[dict[str, Any]]) -> None:
        """Take an answer that was found elsewhere."""
        self.text, self.sources, self.torn = text, sources, False
        self._end()

    def give_up(self) -> None:
        """Wait no longer; the answer still comes to the conversation."""
        self._heard.set()

    async def wait(self, seconds: float) -> None:
        """Wait for the end of the turn, no longer than that."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._heard.wait()

    def _continues(self, frame: Frame) -> bool:
        """Whether a frame belongs to the attempt that is heard; one that skips some tears it."""
        last, here = self._last, frame.position
        if last is None or here.epoch != last.epoch or here <= last:
            return False
        self.torn = self.torn or here.sequence != last.sequence + 1
        self._last = here
        return True

    def _take(self, kind: str, event: dict[str, Any]) -> None:
        match kind:
            case "TEXT_MESSAGE_CONTENT":
                self.text += str(event.get("delta", ""))
            case live.SO_FAR:
                self.text = str(event["value"].get("text", ""))
            case live.SOURCES:
                self.sources = event["value"].get("sources", [])
            case "RUN_ERROR":
                self.error = str(event.get("message", ""))
                self._end()
            case "RUN_FINISHED" if event.get("runId") == str(self.turn):
                self.torn = self.torn or self._last is None
                self.actions = (event.get("outcome") or {}).get("interrupts") or []
                self._end()

    def _end(self) -> None:
        self.complete = True
        self._heard.set()
