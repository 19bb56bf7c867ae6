"""Run the sample server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Advertisement
from pam_shared.config import load
from pam_shared.errors import ConflictError
from pam_shared.runtime import run
from pam_shared.telemetry.logs import log
from pam_tools_trip.samples.server import SampleServer, serve_samples
from pam_tools_trip.samples.service import SERVICE
from pam_tools_trip.samples.settings import SamplesSettings


@asynccontextmanager
async def serve(bus: Bus, settings: SamplesSettings) -> AsyncIterator[None]:
    """Serve samples until left. Raises ConflictError when the port is taken."""
    advertisement = Advertisement(bus, "Stands in for outside services: weather, maps, prices. All of it is invented.")
    try:
        async with serve_samples(SampleServer(), settings.samples_host, settings.samples_port) as url:
            log.info("samples are served", url=url)
            await bus.start()
            await advertisement.start()
            try:
                yield
            finally:
                await advertisement.stop()
    except OSError as error:
        raise ConflictError(f"PAM_SAMPLES_PORT: {settings.samples_port} cannot be used ({error.strerror}).") from None


if __name__ == "__main__":
    settings = load(SamplesSettings)
    run(SERVICE.name, settings, lambda bus: serve(bus, settings))
