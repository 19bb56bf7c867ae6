"""Requests one after another with a pause between, where a service asks for it."""

import asyncio

from pam_shared.errors import ExternalUnavailableError

WAIT_AT_MOST = 2.5
"""Seconds in the queue: with the request's own five this fits into a tool's eight."""


class Spacing:
    """A queue in front of one service: ``interval`` seconds between the starts of two requests; 0 spaces nothing."""

    def __init__(self, title: str, interval: float) -> None:
        self._title = title
        self._interval = interval
        self._turn = asyncio.Lock()
        self._next = 0.0
        self._waiting = 0

    async def wait(self) -> None:
        """Return when the next request may begin. Raises ExternalUnavailableError when that is too long from now."""
        if not self._interval:
            return
        if self._expected() > WAIT_AT_MOST:
            raise self._busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(WAIT_AT_MOST):
                await self._take_turn()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self._waiting -= 1

    async def _take_turn(self) -> None:
        """Whoever gives up in here leaves the turn to the one behind."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._next - loop.time()))
            self._next = loop.time() + self._interval

    def _expected(self) -> float:
        until_next = max(0.0, self._next - asyncio.get_running_loop().time())
        return until_next + self._waiting * self._interval

    def _busy(self) -> ExternalUnavailableError:
        return ExternalUnavailableError(
            f"Too many are asking {self._title} at the moment.", code="busy", retry_after=self._interval * 3
        )
