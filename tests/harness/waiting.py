"""Waiting for what happens soon, never for a fixed time."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any


async def eventually(look: Callable[[], Any], within: float = 15.0) -> Any:
    """Return what ``look`` finds as soon as it is true; fail after ``within`` seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        found = look()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        assert asyncio.get_running_loop().time() < deadline, f"nothing came of {look} within {within} s"
        await asyncio.sleep(0.1)
