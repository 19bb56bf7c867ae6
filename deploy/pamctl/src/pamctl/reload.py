"""For developers: a service starts again when its files change."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import pam_shared
from pam_shared.errors import PamError
from pam_shared.service import ServiceSpec
from pam_shared.tasks import end
from pamctl.keeper import Keeper

LOOK_EVERY = 0.4

Seen = dict[Path, tuple[int, int]]
"""When each file was changed, in nanoseconds, and how long it is."""


class Reloader:
    """Watches the packages of kept services, and what they share, for what changes after it was made.

    Who is changed drains and starts again; the others go on, unless it is the shared package. ``provision`` runs
    before, for new migrations; ``say`` gets a line for people.
    """

    def __init__(
        self,
        services: Iterable[tuple[ServiceSpec, Keeper]],
        provision: Callable[[], Awaitable[None]],
        say: Callable[[str], None],
    ) -> None:
        self._kept = [(keeper, (package_of(spec.module), SHARED)) for spec, keeper in services]
        self._provision = provision
        self._say = say
        self._seen = self._look()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Watch no longer; a restart that is under way is given up."""
        if self._task:
            await end([self._task])

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now = await asyncio.to_thread(self._look)
            if now != self._seen and await self._is_still(now):
                changed = {path for path, _ in self._seen.items() ^ now.items()}
                self._seen = now
                await self._restart(changed)

    async def _is_still(self, seen: Seen) -> bool:
        """Whether a moment later all is the same: an editor or a checkout may be in the middle of its files."""
        await asyncio.sleep(LOOK_EVERY)
        return await asyncio.to_thread(self._look) == seen

    def _look(self) -> Seen:
        return _seen({place for _, watched in self._kept for place in watched})

    async def _restart(self, changed: set[Path]) -> None:
        due = [keeper for keeper, watched in self._kept if _touched(changed, watched)]
        names = ", ".join(sorted(path.name for path in changed))
        self._say(f"{names} changed: starting {', '.join(keeper.name for keeper in due)} again.")
        try:
            await self._provision()
        except PamError as error:
            self._say(f"What changed cannot be provisioned: {error}")
        await asyncio.gather(*(self._restart_one(keeper) for keeper in due))

    async def _restart_one(self, keeper: Keeper) -> None:
        try:
            await keeper.restart()
        except (PamError, OSError) as error:
            self._say(f"{keeper.name} does not start: {error}")


def package_of(module: str) -> Path:
    """Return the folder of the package a module is in, or the module's own file. Nothing is run to find it."""
    name = module.partition(".")[0]
    found = find_spec(name)
    if found is None or found.origin is None:
        raise LookupError(f"There is no module {name}.")
    file = Path(found.origin)
    return file.parent if found.submodule_search_locations else file


SHARED = Path(pam_shared.__file__).parent


def _seen(places: Iterable[Path]) -> Seen:
    seen: Seen = {}
    for place in places:
        for file in place.rglob("*") if place.is_dir() else [place]:
            if "__pycache__" not in file.parts and not file.name.startswith("."):
                with suppress(OSError):  # it went while we looked
                    status = file.stat()
                    if not file.is_dir():
                        seen[file] = (status.st_mtime_ns, status.st_size)
    return seen


def _touched(changed: set[Path], watched: Iterable[Path]) -> bool:
    return any(path.is_relative_to(place) for path in changed for place in watched)
