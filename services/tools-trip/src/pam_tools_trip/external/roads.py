"""Road works and closures, from the feeds of the US work zone registry (WZDx)."""

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, TypeAdapter

from pam_shared.clock import utc_now
from pam_shared.errors import ExternalUnavailableError
from pam_shared.tasks import end
from pam_tools_trip.external.client import Service
from pam_tools_trip.external.found import Found, Kept
from pam_tools_trip.external.geography import Point, miles_along, miles_between, miles_to_line, spaced_along
from pam_tools_trip.external.road_events import Impact, RoadEvent, RoadReport
from pam_tools_trip.external.source import Source
from pam_tools_trip.external.work_zones import read_feed

__all__ = ["Impact", "RoadEvent", "RoadReport", "Roads"]

REGISTRY = "/resource/69qe-yiui.json"
FEED_WITHIN = 60.0
FEED_BYTES = 64 * 1024 * 1024
WAIT_FOR_FEEDS = 4.0
"""Seconds a member waits; a feed that takes longer is read to its end all the same, for the next one who asks."""
MOST_FEEDS = 6
MOST_CORNERS = 200


class Roads:
    """About forty US road authorities. Feeds are large, so they are read in the background. Fresh for 15 minutes."""

    def __init__(self, registry: Source, feed_service: Callable[[str, str], Service]) -> None:
        """``feed_service`` makes the client of one feed, given its name and URL."""
        self._registry = registry
        self._feed_service = feed_service
        self._feeds: dict[str, Service] = {}
        self._reading: dict[str, asyncio.Task[Found[list[RoadEvent]]]] = {}

    async def near(self, point: Point, radius_miles: float, states: Sequence[str]) -> Found[RoadReport]:
        """Return what is going on around a point, nearest first. ``states`` in full ("Utah"): whose feeds to read.

        A feed that is still being read is left out, and the answer is partial. Raises ExternalUnavailableError.
        """

        def miles(event: RoadEvent) -> float:
            return miles_between(point, event.point)

        return await self._report(states, lambda event: miles(event) <= radius_miles, miles)

    async def along(self, line: Sequence[Point], within_miles: float, states: Sequence[str]) -> Found[RoadReport]:
        """Return what is going on beside a way, in its order. Otherwise as ``near``."""
        corners = spaced_along(line, MOST_CORNERS)
        return await self._report(
            states,
            lambda event: miles_to_line(event.point, corners) <= within_miles,
            lambda event: miles_along(corners, event.point),
        )

    async def stop(self) -> None:
        """Let go of feeds that are being read."""
        await end(self._reading.values())

    async def _report(
        self, states: Sequence[str], is_there: Callable[[RoadEvent], bool], order: Callable[[RoadEvent], float]
    ) -> Found[RoadReport]:
        registry = await self._registry.find("feeds", _ROWS_SHAPE, self._ask_registry)
        wanted = [row for row in registry.value if row.state.casefold() in {state.casefold() for state in states}]
        read = await self._read(wanted[:MOST_FEEDS])
        now = utc_now()
        events = [
            event
            for found in read.values()
            for event in found.value
            if (event.end is None or event.end > now) and is_there(event)
        ]
        report = RoadReport(covered=bool(read), events=sorted(events, key=order), feeds=sorted(read))
        oldest = min(read.values(), key=lambda found: found.as_of, default=registry)
        answer = Found(report, registry.source, oldest.as_of, oldest.kind, registry.sample)
        return answer.as_partial() if len(read) < len(wanted) else answer

    async def _read(self, rows: Sequence["_Row"]) -> dict[str, Found[list[RoadEvent]]]:
        """Return the events of those feeds that are there in time, by whose they are."""
        reading = {row.name: self._task(row) for row in rows}
        if reading:
            await asyncio.wait(reading.values(), timeout=WAIT_FOR_FEEDS)
        return {name: task.result() for name, task in reading.items() if task.done() and not _failed(task)}

    def _task(self, row: "_Row") -> asyncio.Task[Found[list[RoadEvent]]]:
        url = row.url.url
        if url not in self._reading:
            task = self._reading[url] = asyncio.create_task(self._read_feed(row))
            task.add_done_callback(lambda done: self._read_to_its_end(url, done))
        return self._reading[url]

    def _read_to_its_end(self, url: str, task: asyncio.Task[Found[list[RoadEvent]]]) -> None:
        """Nobody may be waiting any more: what went wrong is in the log, and is asked for here once."""
        self._reading.pop(url, None)
        _failed(task)

    async def _read_feed(self, row: "_Row") -> Found[list[RoadEvent]]:
        url = row.url.url
        service = self._feeds.setdefault(url, self._feed_service(row.name, url))
        source = Source(service, self._registry.cache, self._registry.tier)

        async def ask() -> Kept[list[RoadEvent]]:
            events = await service.ask(
                "", lambda answer: read_feed(answer.content), timeout=FEED_WITHIN, most_bytes=FEED_BYTES
            )
            return Kept(value=events)

        return await source.find("events", _EVENTS_SHAPE, ask)

    async def _ask_registry(self) -> Kept[list["_Row"]]:
        service = self._registry.service
        rows = await service.get(REGISTRY, _ROWS, list[_Row], {"$limit": 200})
        return Kept(value=[row for row in rows if row.is_open and _may_be_read(row.url.url, service)])


class _Url(BaseModel):
    url: str = ""


class _Row(BaseModel):
    state: str = ""
    feedname: str = ""
    issuingorganization: str = ""
    url: _Url = Field(default_factory=_Url)
    format: str = ""
    active: bool = True
    needapikey: bool = False

    @property
    def name(self) -> str:
        return self.issuingorganization or self.feedname or self.state

    @property
    def is_open(self) -> bool:
        return self.active and not self.needapikey and "json" in self.format.casefold()


_ROWS = TypeAdapter(list[_Row])
_ROWS_SHAPE = TypeAdapter(Kept[list[_Row]])
_EVENTS_SHAPE = TypeAdapter(Kept[list[RoadEvent]])


def _may_be_read(url: str, registry: Service) -> bool:
    """The registry says where we connect to: only to public names by TLS, or where the registry itself is."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    named = "." in host and not host.replace(".", "").isdigit() and ":" not in host
    return url.startswith(f"{registry.url}/") or (parts.scheme == "https" and named)


def _failed(task: asyncio.Task[Found[list[RoadEvent]]]) -> bool:
    """Whether a feed could not be read, which is already in the log."""
    return task.cancelled() or isinstance(task.exception(), ExternalUnavailableError)
