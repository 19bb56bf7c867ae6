"""The world outside PAM, as the tools of this worker see it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version

import httpx

from pam_shared.cache import Cache, Tier
from pam_shared.telemetry.logs import log
from pam_tools_trip.external import source as tiers
from pam_tools_trip.external.alerts import Alerts
from pam_tools_trip.external.client import Service, ServiceProfile
from pam_tools_trip.external.fuel_prices import FuelPrices
from pam_tools_trip.external.geocoder import Geocoder
from pam_tools_trip.external.health import HealthWatch
from pam_tools_trip.external.nominatim import Nominatim
from pam_tools_trip.external.open_meteo_towns import OpenMeteoTowns
from pam_tools_trip.external.osrm import Osrm
from pam_tools_trip.external.photon import Photon
from pam_tools_trip.external.places import Places
from pam_tools_trip.external.profiles import PROFILES
from pam_tools_trip.external.roads import Roads
from pam_tools_trip.external.router import Router
from pam_tools_trip.external.source import Source
from pam_tools_trip.external.valhalla import Valhalla
from pam_tools_trip.external.weather import Weather
from pam_tools_trip.external.wikipedia import Wikipedia
from pam_tools_trip.settings import ExternalSettings

CONNECTIONS = 40


@dataclass(frozen=True)
class World:
    """One small adapter for each kind of question. Every answer is a :class:`Found`."""

    weather: Weather
    alerts: Alerts
    geocoder: Geocoder
    router: Router
    places: Places
    fuel_prices: FuelPrices
    roads: Roads
    wikipedia: Wikipedia
    health: HealthWatch


@asynccontextmanager
async def open_world(settings: ExternalSettings) -> AsyncIterator[World]:
    """Open the adapters: connections, cache, health checks at once and every five minutes; leaving ends all of it."""
    _tell(settings)
    async with AsyncExitStack() as ending:
        http = await ending.enter_async_context(_http(settings))
        cache = Cache(settings.redis_url)
        ending.push_async_callback(cache.stop)
        world = _Builder(settings, http, cache).world()
        ending.push_async_callback(world.roads.stop)
        await world.health.start()
        ending.push_async_callback(world.health.stop)
        yield world


@dataclass
class _Builder:
    """Makes the services that these settings ask for."""

    settings: ExternalSettings
    http: httpx.AsyncClient
    cache: Cache
    services: dict[str, Service] = field(default_factory=dict)

    def world(self) -> World:
        return World(
            weather=Weather(self._source("open-meteo", tiers.WEATHER)),
            alerts=Alerts(self._source("nws", tiers.ALERTS)),
            geocoder=self._geocoder(),
            router=Router(Osrm(self._source("osrm", tiers.ROUTES)), Valhalla(self._source("valhalla", tiers.ROUTES))),
            places=Places(self._source("overpass", tiers.PLACES)),
            fuel_prices=self._fuel_prices(),
            roads=Roads(self._source("wzdx", tiers.ROADS), self._feed),
            wikipedia=Wikipedia(self._source("wikipedia", tiers.PLACES)),
            health=HealthWatch(list(self.services.values()), self.settings.external_health_every),
        )

    def _geocoder(self) -> Geocoder:
        towns = OpenMeteoTowns(self._source("open-meteo-geocoding", tiers.GEOCODING))
        photon = Photon(self._source("photon", tiers.GEOCODING))
        return Geocoder(towns, [photon, Nominatim(self._source("nominatim", tiers.GEOCODING))])

    def _fuel_prices(self) -> FuelPrices:
        key = self.settings.eia_api_key
        regional = self._source("eia", tiers.FUEL) if key else None
        return FuelPrices(self._source("fred", tiers.FUEL), regional, key or "")

    def _source(self, name: str, tier: Tier) -> Source:
        service = self._service(PROFILES[name], self.settings.url(name), sample=self.settings.is_sample(name))
        self.services[name] = service
        return Source(service, self.cache, tier)

    def _feed(self, name: str, url: str) -> Service:
        return self._service(ServiceProfile("wzdx-feed", name, ""), url, sample=self.settings.is_sample("wzdx"))

    def _service(self, profile: ServiceProfile, url: str, *, sample: bool) -> Service:
        timeout, spacing = self.settings.external_timeout, self.settings.spacing(profile.name)
        return Service(profile, url, self.http, sample=sample, timeout=timeout, spacing=spacing)


def _http(settings: ExternalSettings) -> httpx.AsyncClient:
    agent = f"pam-tools-trip/{version('pam-tools-trip')}"
    contact = f" ({settings.external_contact})" if settings.external_contact else ""
    return httpx.AsyncClient(
        headers={"User-Agent": agent + contact, "Accept-Language": "en"},
        timeout=None,  # noqa: S113 - each request has one deadline, from connect to end
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS // 2),
        trust_env=True,
    )


def _tell(settings: ExternalSettings) -> None:
    if settings.external == "samples":
        log.info("the outside world is a sample: its figures are invented, and marked so", url=settings.samples_url)
    elif not settings.external_contact:
        log.warning("set PAM_EXTERNAL_CONTACT: public services want to know who to write to about our requests")
