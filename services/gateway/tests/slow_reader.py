"""A client that reads as slowly as a test wants."""

import asyncio


class SlowReader:
    """The two methods of a socket that the writing side uses. It takes frames only while ``reading`` is set."""

    def __init__(self, *, reading: bool = True) -> None:
        self.reading = asyncio.Event()
        self.taken: list[str] = []
        self.closed: tuple[int, str] | None = None
        self.after_close = 0
        self.gone = False
        self.aborted = False
        self.scope = {"state": {"abort": self._abort}}
        if reading:
            self.reading.set()

    async def send_text(self, text: str) -> None:
        """Take a frame once the client reads."""
        await self.reading.wait()
        if self.gone:
            raise RuntimeError("the connection is closed")
        self.after_close += self.closed is not None
        self.taken.append(text)

    async def close(self, code: int, reason: str) -> None:
        """Close."""
        assert self.closed is None, "closed twice"
        self.closed = (code, reason)

    def _abort(self) -> None:
        self.aborted = True
