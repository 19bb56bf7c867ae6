"""The sample server: all stood-in services under one address, each below its own name, each in its own mood."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import orjson

from pam_tools_trip.external.client import SAMPLE
from pam_tools_trip.samples import (
    fuel,
    nominatim,
    nws,
    osrm,
    overpass,
    photon,
    towns,
    valhalla,
    weather,
    wikipedia,
    wzdx,
)
from pam_tools_trip.samples.sample import Mood, Request, Response, Sample, mistyped, told
from pam_tools_trip.samples.wire import Asked, Connection, Reply

SERVICES: dict[str, Sample] = {
    "open-meteo": weather.SAMPLE,
    "open-meteo-geocoding": towns.SAMPLE,
    "photon": photon.SAMPLE,
    "nominatim": nominatim.SAMPLE,
    "osrm": osrm.SAMPLE,
    "valhalla": valhalla.SAMPLE,
    "overpass": overpass.SAMPLE,
    "nws": nws.SAMPLE,
    "fred": fuel.SAMPLE,
    "eia": fuel.AREAS,
    "wzdx": wzdx.SAMPLE,
    "wikipedia": wikipedia.SAMPLE,
}
CONTROL = "control"
THROTTLED = Response(b"Too Many Requests", 429, "text/plain")
DOWN = Response(b"Service Unavailable", 503, "text/plain")
SLOW = 30.0
KEPT = 1000
PAGE = Response(b"<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>", content_type="text/html")


class SampleServer:
    """Answers as the outside world would. ``moods`` can be set from the start, or by ``POST /control/moods``.

    ``asked`` holds the newest questions, the last one last.
    """

    def __init__(self, moods: Mapping[str, Mood] | None = None, *, slow: float = SLOW, retry_after: int = 30) -> None:
        """``slow`` is how long a slow service takes, ``retry_after`` what a throttling one asks for; in seconds."""
        self.moods: dict[str, Mood] = dict(moods or {})
        self.asked: deque[tuple[str, Request]] = deque(maxlen=KEPT)
        self._slow = slow
        self._retry_after = retry_after

    async def answer(self, asked: Asked) -> Reply:
        """Answer one question."""
        parts = urlsplit(asked.target)
        name, _, rest = parts.path.lstrip("/").partition("/")
        if name == CONTROL:
            return Reply(self._control(asked.method, asked.body))
        sample = SERVICES.get(name)
        if sample is None:
            return Reply(told({"error": f"There is no service {name!r} here.", "services": list(SERVICES)}, 404))
        origin = f"http://{asked.headers.get('host', '')}/{name}"
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(asked.method, f"/{rest}", query, asked.body, asked.headers, origin)
        self.asked.append((name, request))
        return await self._in_mood(self.moods.get(name, Mood.SUCCESS), sample, request)

    async def _in_mood(self, mood: Mood, sample: Sample, request: Request) -> Reply:
        if mood is Mood.SLOW:
            await asyncio.sleep(self._slow)
        try:
            response = self._response(mood, sample, request)
        except (KeyError, ValueError, IndexError):  # it was asked something that the real service refuses, too
            response = sample.refusal
        return Reply(response, cut=mood is Mood.CUT)

    def _response(self, mood: Mood, sample: Sample, request: Request) -> Response:
        fixed = {
            Mood.BAD_REQUEST: sample.refusal,
            Mood.MALFORMED: PAGE,
            Mood.THROTTLED_SILENTLY: THROTTLED,
            Mood.DOWN: DOWN,
        }
        if mood in fixed:
            return fixed[mood]
        match mood:
            case Mood.THROTTLED:
                return replace(THROTTLED, headers={"Retry-After": str(self._retry_after)})
            case Mood.EMPTY:
                return sample.empty(request)
            case Mood.PARTIAL:
                return (sample.partial or sample.answer)(request)
            case Mood.MISTYPED:
                return mistyped(sample.answer(request))
        return sample.answer(request)

    def _control(self, method: str, body: bytes) -> Response:
        """Show the moods; by POST, change those that are named."""
        try:
            changes = {name: Mood(mood) for name, mood in orjson.loads(body).items()} if method == "POST" else {}
        except (ValueError, AttributeError):
            return told({"error": f"A mood is one of {', '.join(Mood)}."}, 400)
        self.moods |= changes
        return told({name: self.moods.get(name, Mood.SUCCESS) for name in SERVICES})


@asynccontextmanager
async def serve_samples(server: SampleServer, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve until the end of the block; give the base URL. Port 0 takes a free one."""
    connections: set[Connection] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(reader, writer, server.answer, {SAMPLE: "yes"})
        connections.add(connection)
        try:
            await connection.serve()
        finally:
            connections.discard(connection)

    listening = await asyncio.start_server(connected, host, port)
    try:
        yield f"http://{host}:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        for connection in tuple(connections):
            connection.close()
