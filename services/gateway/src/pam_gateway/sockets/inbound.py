"""Frames that come from one client: read, counted, and answered at once where they are none."""

from typing import Any
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from pam_gateway.limits import FrameBudget
from pam_gateway.sockets.outbound import Outbound
from pam_shared.contracts import frames
from pam_shared.contracts.frames import CLIENT_FRAME, CloseCode
from pam_shared.contracts.problems import Category, Problem
from pam_shared.errors import OverloadedError
from pam_shared.telemetry import metrics

STRIKES = 3


class Closing(Exception):  # noqa: N818 - not an error: the way out of the reading loop
    """The socket is to be closed."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Inbound:
    """The reading side of a socket."""

    def __init__(self, socket: WebSocket, outbound: Outbound, budget: FrameBudget) -> None:
        self._socket = socket
        self._outbound = outbound
        self._budget = budget
        self._strikes = 0

    async def next(self) -> Any:
        """Return the next frame that is one; what is none is answered with an error.

        Raises Closing for a binary frame and at the third bad one, WebSocketDisconnect when the client is gone.
        """
        while True:
            text = await self._text()
            wait = self._budget.take()
            if wait:
                problem = OverloadedError("Too many frames.", retry_after=round(wait, 2)).problem
                self._refuse(problem, _message_id(text))
                continue
            frame = self._read(text)
            if frame is not None:
                return frame

    async def _text(self) -> str:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | None = message.get("text")
        if text is None:
            raise Closing(CloseCode.BINARY, "Only text frames are understood.")
        return text

    def _read(self, text: str) -> Any:
        try:
            frame = CLIENT_FRAME.validate_json(text)
        except ValidationError as error:
            self._tell_fault(error, text)
            return None
        metrics.FRAMES.labels(frame.type).inc()
        return frame

    def _tell_fault(self, error: ValidationError, text: str) -> None:
        fault = error.errors(include_url=False)[0]
        if fault["type"] == "union_tag_invalid":
            tag = str(fault.get("ctx", {}).get("tag", ""))[:40]
            self._refuse(_user_problem("unknown_type", f"There is no frame of type {tag!r}."))
            return
        self._strikes += 1
        if fault["type"] == "json_invalid":
            problem = _user_problem("bad_frame", "The frame is not JSON.")
        else:
            where = ".".join(str(part) for part in fault["loc"][1:]) or "type"
            problem = _user_problem("bad_frame", f"{where}: {fault['msg'].lower()}.")
        self._refuse(problem, _message_id(text))
        if self._strikes >= STRIKES:
            raise Closing(CloseCode.BAD_FRAME, "Too many bad frames.")

    def _refuse(self, problem: Problem, message: UUID | None = None) -> None:
        self._outbound.put(frames.Error.of(problem, message))


def _user_problem(code: str, message: str) -> Problem:
    return Problem(code=code, category=Category.USER, message=message)


def _message_id(text: str) -> UUID | None:
    """Return the id a refused frame names, so that the client knows which message is meant."""
    try:
        return frames.MESSAGE_REFERENCE.validate_json(text).id
    except ValidationError:
        return None
