"""A member on the road: the tools on their own database, in a small world of the test's making."""

import itertools
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.identity import Role
from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import ToolReply
from pam_shared.errors import ExternalUnavailableError, NotFoundError
from pam_shared.postgres.pool import open_pool
from pam_shared.testing.tool_bench import ToolBench
from pam_shared.tools.worker import serve_tools
from pam_tools_trip import tools
from pam_tools_trip.external import (
    AlertReport,
    Current,
    Day,
    Forecast,
    Found,
    FuelPrice,
    Leg,
    Match,
    OrderedRoute,
    Place,
    RigRoutes,
    RoadReport,
    Route,
    miles_between,
)
from pam_tools_trip.external.world import open_world
from pam_tools_trip.samples.server import SampleServer, serve_samples
from pam_tools_trip.service import SERVICE
from pam_tools_trip.settings import TripSettings

NOON = datetime(2026, 5, 13, 12, tzinfo=UTC)  # a Wednesday
TODAY = NOON.date()

TOWNS = {
    name: Place(
        name=name, latitude=latitude, longitude=longitude, state=state, country="United States", country_code="US"
    )
    for name, state, latitude, longitude in (
        ("Denver", "Colorado", 39.739, -104.985),
        ("Vail", "Colorado", 39.640, -106.374),
        ("Aspen", "Colorado", 39.191, -106.818),
        ("Moab", "Utah", 38.573, -109.550),
        ("Boise", "Idaho", 43.615, -116.202),
        ("Springfield", "Missouri", 37.209, -93.292),
    )
}


@dataclass
class SmallWorld:
    """Six towns, roads straight but for a quarter, 60 mph, and whatever weather and signs a test wants.

    A service named in ``away`` cannot be asked; what ``stale`` holds answers from hours ago.
    """

    days: dict[date, dict] = field(default_factory=dict)
    warnings: list = field(default_factory=list)
    alerts_covered: bool = True
    events: list = field(default_factory=list)
    roads_covered: bool = True
    pois: dict[str, list] = field(default_factory=dict)
    signs: list = field(default_factory=list)
    articles_near: list = field(default_factory=list)
    detour_miles: float | None = 0.0
    islands: set[str] = field(default_factory=set)
    namesakes: list[Place] = field(default_factory=list)
    gallon: Decimal = Decimal("4.000")
    away: set[str] = field(default_factory=set)
    stale: set[str] = field(default_factory=set)
    sample: bool = False
    asked: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.geocoder = SimpleNamespace(locate=self._locate, name_of=self._name_of)
        self.router = SimpleNamespace(route=self._route, best_order=self._best_order, for_rig=self._for_rig)
        self.weather = SimpleNamespace(forecast=self._forecast, forecasts=self._forecasts)
        self.alerts = SimpleNamespace(active=self._active)
        self.roads = SimpleNamespace(near=self._near)
        self.fuel_prices = SimpleNamespace(average=self._average)
        self.wikipedia = SimpleNamespace(near=self._articles)
        self.places = SimpleNamespace(
            rv_parks=self._pois("rv_parks"),
            fuel_stations=self._pois("fuel_stations"),
            fuel_stations_along=self._pois("fuel_stations_along"),
            attractions=self._pois("attractions"),
            restrictions_along=self._signs,
        )

    def _found(self, service, value):
        self.asked.append(service)
        if service in self.away:
            raise ExternalUnavailableError(f"I can't reach {service} right now.")
        old = service in self.stale
        as_of = NOON - timedelta(hours=3) if old else NOON
        return Found(value, service, as_of, kind="stale" if old else "live", sample=self.sample)

    async def _locate(self, text, near=None):
        place = TOWNS.get(text.split(",")[0])
        if place is None:
            raise NotFoundError(f"I don't know where {text} is: add the state, or the nearest town.")
        others = self.namesakes if place.name == "Springfield" else []
        return self._found("geocoder", Match(place=place, others=others))

    async def _name_of(self, point):
        nearest = min(TOWNS.values(), key=lambda town: miles_between(point, town.point))
        return self._found("geocoder", nearest if miles_between(point, nearest.point) < 20 else None)

    def _way(self, points):
        if any(town.name in self.islands and town.point in points for town in TOWNS.values()):
            raise NotFoundError("No road leads there.")
        miles = [miles_between(a, b) * 1.25 for a, b in itertools.pairwise(points)]
        legs = [Leg(distance_miles=way, duration_hours=way / 60) for way in miles]
        return Route(distance_miles=sum(miles), duration_hours=sum(miles) / 60, legs=legs, geometry=list(points))

    async def _route(self, points):
        return self._found("router", self._way(points))

    async def _best_order(self, points):
        start, *between, end = range(len(points))
        order = [start, *sorted(between, key=lambda index: miles_between(points[0], points[index])), end]
        return self._found("router", OrderedRoute(order=order, route=self._way([points[index] for index in order])))

    async def _for_rig(self, points, rig):
        self.asked.append(f"rig {rig.height_ft:g} {rig.weight_lbs:g} {rig.length_ft}")
        car = self._way(points)
        longer = (
            None
            if self.detour_miles is None
            else car.model_copy(update={"distance_miles": car.distance_miles + self.detour_miles})
        )
        return self._found("rig router", RigRoutes(car=car, rig=longer))

    def _weather(self, point, days, units):
        def day(number):
            on = TODAY + timedelta(days=number)
            fair = {
                "condition": "Clear sky", "weather_code": 0, "high": 75.0, "low": 50.0, "precipitation": 0.0,
                "precipitation_probability": 0.0, "wind_speed": 8.0, "gusts": 12.0,
            }  # fmt: skip
            return Day(date=on, **(fair | self.days.get(on, {})))

        now = Current(
            time=NOON.replace(tzinfo=None), condition="Clear sky", weather_code=0, temperature=70.0, feels_like=70.0,
            humidity_percent=30.0, precipitation=0.0, wind_speed=8.0, gusts=12.0,
        )  # fmt: skip
        return Forecast(
            latitude=point.latitude, longitude=point.longitude, timezone="UTC", units=units, current=now,
            days=[day(number) for number in range(days)],
        )  # fmt: skip

    async def _forecast(self, point, days=7, units="imperial"):
        return self._found("weather", self._weather(point, days, units))

    async def _forecasts(self, points, days=7, units="imperial"):
        return self._found("weather", [self._weather(point, days, units) for point in points])

    async def _active(self, point, country_code=None):
        return self._found("alerts", AlertReport(covered=self.alerts_covered, alerts=self.warnings))

    async def _near(self, point, radius_miles, states):
        feeds = ["Colorado"] if self.roads_covered else []
        return self._found("roads", RoadReport(covered=self.roads_covered, events=self.events, feeds=feeds))

    async def _average(self, fuel_type="regular", state=None):
        price = FuelPrice(fuel_type=fuel_type, price=self.gallon, region="United States", as_of=date(2026, 5, 11))
        return self._found("fuel prices", price)

    async def _articles(self, point, radius_miles=6.2, limit=20):
        return self._found("wikipedia", self.articles_near)

    async def _signs(self, line):
        return self._found("signs", self.signs)

    def _pois(self, name):
        async def pois(*_):
            return self._found(name, self.pois.get(name, []))

        return pois


@dataclass
class Traveller:
    """A member, the world around them and what the account worker knows of their vehicles (None: it is away)."""

    bench: ToolBench
    world: SmallWorld
    vehicles: list[dict] | None = field(default_factory=list)

    def __post_init__(self):
        self._aim(self.bench)

    def _aim(self, bench):
        def vehicles(_):
            if self.vehicles is None:
                raise LookupError
            return {"vehicles": self.vehicles}

        self.bench = replace(bench, resources=self.world, asked=_Answering(vehicles))

    @property
    def events(self):
        return self.bench.events

    async def run(self, tool, **arguments):
        return await self.bench.run(tool, **arguments)

    async def reply(self, tool, **arguments) -> ToolReply:
        return await self.bench.reply(tool, **arguments)

    def owns(self, **about) -> UUID:
        """Give the member a vehicle, the first one their primary."""
        vehicle = {"id": str(uuid4()), "is_primary": not self.vehicles} | about
        self.vehicles.append(vehicle)
        return UUID(vehicle["id"])

    def at(self, now):
        """Move to another moment."""
        self._aim(self.bench.at(now))
        return self

    def stands(self, latitude, longitude, at=NOON, accuracy_m=10.0):
        """Let the member's device say where they are."""
        fix = Fix(latitude=latitude, longitude=longitude, accuracy_m=accuracy_m, at=at)
        self._aim(replace(self.bench, location=fix))
        return self

    def lost(self):
        """Let the device say nothing."""
        self._aim(replace(self.bench, location=None))
        return self

    async def rows(self, statement, *values):
        async with self.bench.context() as ctx:
            return [tuple(row) for row in await ctx.db.fetch(statement, *values)]


class _Answering(dict):
    """The account worker: it answers with the vehicles there are at that moment, or not at all."""

    def __init__(self, vehicles):
        super().__init__()
        self._vehicles = vehicles

    def get(self, key, default=None):
        if key != ("account", "get_vehicles"):
            return default
        try:
            told = self._vehicles({})
        except LookupError:
            return default
        return told


@pytest.fixture(scope="session")
async def pool(databases):
    """The worker's own connections."""
    pool = await open_pool(databases[SERVICE.name], "test")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def new_traveller(pool, new_person):
    """Members nobody has seen before, each in a world of their own."""

    def new(**world):
        return Traveller(ToolBench(pool, new_person().identity(), now=NOON), SmallWorld(**world))

    return new


@pytest.fixture
def traveller(new_traveller):
    """A member nobody has seen before, on a Wednesday in May."""
    return new_traveller()


@pytest.fixture
def administrator_of_stations(pool, new_person):
    """An administrator."""
    identity = new_person(roles=frozenset({Role.MEMBER, Role.ADMIN})).identity()
    return Traveller(ToolBench(pool, identity, now=NOON), SmallWorld())


@pytest.fixture
async def samples():
    """The sample server of the outside world, and its address."""
    server = SampleServer()
    async with serve_samples(server) as url:
        yield server, url


@pytest.fixture
async def worker(nats, databases, keys, samples):
    """A running trip worker in the sample world."""
    settings = TripSettings(
        nats_url=nats,
        postgres_url=databases[SERVICE.name],
        identity_public_key=keys.public,
        samples_url=samples[1],
    )
    bus = Bus(SERVICE.name, nats)
    await bus.connect()
    async with serve_tools(bus, settings, tools, "Trips.", open_world) as advertisement:
        await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
        yield advertisement
    await bus.close()


@pytest.fixture
def call(worker, bus):
    """Call a tool of the running worker on a person's behalf."""

    async def call(person, tool, arguments, *, key=None, fix=None) -> ToolReply:
        values = {headers.IDENTITY: person.token(), headers.IDEMPOTENCY_KEY: key or str(uuid4())}
        if fix:
            values[headers.LOCATION] = fix.model_dump_json()
        body = json.dumps({"arguments": arguments}).encode()
        return ToolReply.model_validate_json(await bus.request(subjects.tool("trip", tool), body, values, timeout=12))

    return call
