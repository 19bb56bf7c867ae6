"""The outside world, stood in for by a sample server of each test's own."""

from contextlib import AsyncExitStack

import pytest

from pam_tools_trip.external import Point, open_world
from pam_tools_trip.samples.sample import Mood
from pam_tools_trip.samples.server import SampleServer, serve_samples
from pam_tools_trip.settings import ExternalSettings

MOAB, DENVER = Point(38.5733, -109.5498), Point(39.7392, -104.9903)


class Samples(SampleServer):
    """A running sample server."""

    url: str

    def feel(self, service: str, mood: str) -> None:
        self.moods[service] = Mood(mood)

    def count(self, service: str, path: str = "") -> int:
        """How often a service was asked something but how it is."""
        probes = ("/status", "/api/status", "/alerts/active/count")
        asked = [request for name, request in self.asked if name == service and request.path.startswith(path)]
        return len([request for request in asked if request.path not in probes])


@pytest.fixture
async def samples():
    server = Samples(slow=20)
    async with serve_samples(server) as server.url:
        yield server


@pytest.fixture
async def open_a_world(samples):
    """Open worlds with settings of the test's choice; no health checks disturb its counting."""
    async with AsyncExitStack() as ending:

        async def open_it(**settings):
            known = ExternalSettings(samples_url=samples.url, external_health_every=3600, **settings)
            world = await ending.enter_async_context(open_world(known))
            await world.health.stop()
            samples.asked.clear()
            return world

        yield open_it


@pytest.fixture
async def world(open_a_world):
    """A world whose services have half a second."""
    return await open_a_world(external_timeout=0.5)
