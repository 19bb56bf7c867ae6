"""Looking after outside services: are they there, at the start and every five minutes."""

import asyncio
from collections.abc import Sequence

from pam_shared.errors import ExternalUnavailableError
from pam_shared.tasks import end
from pam_shared.telemetry.logs import log
from pam_tools_trip.external import metrics
from pam_tools_trip.external.client import Service


class HealthWatch:
    """Asks each service its cheap question; what changes is logged, what is goes to the metrics."""

    def __init__(self, services: Sequence[Service], every: float) -> None:
        """``every`` in seconds."""
        self._services = services
        self._every = every
        self._task: asyncio.Task[None] | None = None
        self.up: dict[str, bool] = {}

    async def start(self) -> None:
        """Begin, without waiting for the first answers."""
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End."""
        if self._task:
            await end([self._task])

    async def look(self) -> None:
        """Ask all services now."""
        await asyncio.gather(*(self._look_at(service) for service in self._services))

    async def _watch(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._every)

    async def _look_at(self, service: Service) -> None:
        name, reason = service.profile.name, ""
        try:
            await service.probe()
        except ExternalUnavailableError as error:
            reason = str(error)
        except Exception:
            # One service's oddity must not end the watch over the others.
            log.exception("a health check failed", outside=name)
            reason = "see above"
        up = not reason
        metrics.UP.labels(name).set(up)
        if self.up.get(name) is not up:
            tell = log.info if up else log.warning
            tell("an outside service was looked at", outside=name, up=up, sample=service.sample, reason=reason)
        self.up[name] = up
