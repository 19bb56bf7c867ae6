"""Uvicorn's protocols, so that a peer that is gone or stuck can be told, and let go, by whoever finds out."""

from collections.abc import Callable
from typing import Any

from starlette.requests import HTTPConnection
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from pam_shared.contracts.frames import CloseCode

ABORT = "abort"
LAST_WORDS_WITHIN = 1.0


def abort_of(connection: HTTPConnection) -> Callable[[], None]:
    """Return what ends the connection of a request or socket at once.

    A close waits until everything was sent, and a peer that reads nothing never lets that happen.
    """
    abort: Callable[[], None] = connection.scope.get("state", {}).get(ABORT, _nothing)
    return abort


class RequestProtocol(H11Protocol):
    """HTTP whose requests know how to abort their connection."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.app_state = {**self.app_state, ABORT: self._abort}

    def _abort(self) -> None:
        self.transport.abort()


class SocketProtocol(WebSocketsSansIOProtocol):
    """WebSocket that says why to a peer that does not answer pings, and does not wait for it to listen."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.app_state = {**self.app_state, ABORT: self._abort}

    def keepalive_timeout(self) -> None:
        """End the connection of a peer that is not there."""
        self.pong_timer = None
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.fail(CloseCode.NO_PONG, "You did not answer; reconnect and resume.")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.loop.call_later(LAST_WORDS_WITHIN, self.transport.abort)

    def _abort(self) -> None:
        self.transport.abort()


def _nothing() -> None:
    """Do nothing: a connection of a test has no transport."""
