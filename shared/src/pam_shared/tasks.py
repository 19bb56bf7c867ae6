"""Ending tasks."""

import asyncio
from collections.abc import Collection, Iterable
from typing import Any

AGAIN_AFTER = 0.2


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until all have ended, whatever with.

    A cancel can be lost: nats-py turns one that meets an answer into that answer, and the task goes on. So it is said
    again until it is heard.
    """
    left: Collection[asyncio.Task[Any]] = [task for task in tasks if not task.done()]
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_AFTER)
