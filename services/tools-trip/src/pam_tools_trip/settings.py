"""What the trip worker reads from its environment."""

from typing import Literal

from pydantic import Field

from pam_shared.config import ServiceSettings
from pam_shared.tools.worker import WorkerSettings

LIVE_URLS = {
    "open-meteo": "https://api.open-meteo.com",
    "open-meteo-geocoding": "https://geocoding-api.open-meteo.com",
    "photon": "https://photon.komoot.io",
    "nominatim": "https://nominatim.openstreetmap.org",
    "osrm": "https://router.project-osrm.org",
    "valhalla": "https://valhalla1.openstreetmap.de",
    "overpass": "https://overpass-api.de",
    "nws": "https://api.weather.gov",
    "fred": "https://fred.stlouisfed.org",
    "eia": "https://api.eia.gov",
    "wzdx": "https://datahub.transportation.gov",
    "wikipedia": "https://en.wikipedia.org",
}
"""Where each service answers everybody. These are for development and small installations: run your own for more."""


class ExternalSettings(ServiceSettings):
    """Where the outside world is, and how it is asked."""

    redis_url: str = Field("", description="Shared by all workers: what was asked lately. Works without it.")
    external: Literal["samples", "live"] = Field(
        "samples", description="samples: invented figures of the sample server, marked as such; live: real services."
    )
    samples_url: str = Field("http://127.0.0.1:8099", description="Where the sample server answers.")
    external_urls: dict[str, str] = Field(
        {}, description='JSON: services of your own instead of the public ones, {"osrm": "http://osrm:5000"}.'
    )
    external_contact: str = Field(
        "", description="Who to write to about our requests, an address or page: public services ask for it."
    )
    external_timeout: float = Field(5.0, gt=0, le=30, description="Seconds a request may take, connect to end.")
    external_spacing: dict[str, float] = Field(
        {"nominatim": 1.0, "osrm": 1.0, "valhalla": 1.0},
        description="JSON: seconds between requests to each service that asks for it; {} when all are your own.",
    )
    external_health_every: float = Field(300.0, gt=0, description="Seconds between health checks of the services.")
    eia_api_key: str | None = Field(None, description="For fuel prices by region; without it they are national.")

    def url(self, service: str) -> str:
        """Return a service's base URL: your own, else the sample server's or the public one."""
        provided = f"{self.samples_url}/{service}" if self.external == "samples" else LIVE_URLS[service]
        return self.external_urls.get(service, provided).rstrip("/")

    def is_sample(self, service: str) -> bool:
        """Whether a service's answers are invented."""
        return self.external == "samples" and service not in self.external_urls

    def spacing(self, service: str) -> float:
        """Return the seconds between requests to a service; samples need none."""
        return 0.0 if self.is_sample(service) else self.external_spacing.get(service, 0.0)


class TripSettings(WorkerSettings, ExternalSettings):
    """What the trip worker needs to know."""
