"""Weather forecasts, from Open-Meteo."""

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, TypeAdapter

from pam_tools_trip.external.found import Fact, Found, Kept
from pam_tools_trip.external.geography import Point
from pam_tools_trip.external.source import Source

Units = Literal["imperial", "metric"]
WEEK, MAX_DAYS = 7, 16
_UNITS: dict[Units, dict[str, str]] = {
    "imperial": {"temperature_unit": "fahrenheit", "wind_speed_unit": "mph", "precipitation_unit": "inch"},
    "metric": {"temperature_unit": "celsius", "wind_speed_unit": "kmh", "precipitation_unit": "mm"},
}
_VARIABLES = {
    "current": "temperature_2m,relative_humidity_2m,apparent_temperature,precipitation,weather_code,wind_speed_10m,"
    "wind_gusts_10m",
    "daily": "weather_code,temperature_2m_max,temperature_2m_min,precipitation_sum,precipitation_probability_max,"
    "wind_speed_10m_max,wind_gusts_10m_max",
    "timezone": "auto",
}
_CONDITIONS = (
    (0, "clear"),
    (1, "mostly clear"),
    (2, "partly cloudy"),
    (3, "overcast"),
    (48, "fog"),
    (57, "drizzle"),
    (65, "rain"),
    (67, "freezing rain"),
    (77, "snow"),
    (82, "rain showers"),
    (86, "snow showers"),
    (99, "thunderstorm"),
)
"""The last WMO code of each kind of weather."""


def condition(code: int | None) -> str:
    """Return what a WMO weather code means, in words."""
    if code is None:
        return "unknown"
    return next((words for last, words in _CONDITIONS if code <= last), "unknown")


def _coordinates(points: Sequence[Point]) -> dict[str, str | int]:
    """Hundredths of a degree are closer than the forecast's grid, and neighbours share an answer."""
    return {
        "latitude": ",".join(f"{point.latitude:.2f}" for point in points),
        "longitude": ",".join(f"{point.longitude:.2f}" for point in points),
    }


class Current(Fact):
    """The weather now. Fahrenheit, miles per hour and inches, or Celsius, km/h and millimetres; None is unknown."""

    time: dt.datetime
    """Local time at the place."""
    condition: str
    weather_code: int | None
    temperature: float | None
    feels_like: float | None
    humidity_percent: float | None
    precipitation: float | None
    wind_speed: float | None
    gusts: float | None


class Day(Fact):
    """The weather of a day, in the units of :class:`Current`."""

    date: dt.date
    condition: str
    weather_code: int | None
    """WMO code: 0 clear … 45, 48 fog, 61-67 rain, 71-77 snow, 95-99 thunderstorm."""
    high: float | None
    low: float | None
    precipitation: float | None
    precipitation_probability: float | None
    """Percent."""
    wind_speed: float | None
    gusts: float | None


class Forecast(Fact):
    """The weather at one point: now, and by day from today where that point is."""

    latitude: float
    longitude: float
    timezone: str
    units: Units
    current: Current | None
    days: list[Day]


class Weather:
    """Open-Meteo: world-wide, up to 16 days, data CC BY 4.0. Fresh for 30 minutes."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def forecast(self, point: Point, days: int = 7, units: Units = "imperial") -> Found[Forecast]:
        """Return the forecast of ``days`` days, 1 to 16, from the day it was asked for: see ``Found.as_of``.

        Raises ExternalUnavailableError.
        """
        return (await self.forecasts([point], days, units)).map(lambda forecasts: forecasts[0])

    async def forecasts(
        self, points: Sequence[Point], days: int = 7, units: Units = "imperial"
    ) -> Found[list[Forecast]]:
        """Return a forecast for each of up to ten points, in one request. Raises ExternalUnavailableError."""
        asked = {**_UNITS[units], **_VARIABLES, **_coordinates(points)}
        asked["forecast_days"] = WEEK if days <= WEEK else MAX_DAYS
        found = await self._source.find(f"{asked}", _SHAPE, lambda: self._ask(asked, len(points), units))
        return found.map(lambda forecasts: [one.model_copy(update={"days": one.days[:days]}) for one in forecasts])

    async def _ask(self, asked: dict[str, str | int], count: int, units: Units) -> Kept[list[Forecast]]:
        def read(answer: _Answer | list[_Answer]) -> list[Forecast]:
            answers = answer if isinstance(answer, list) else [answer]
            if len(answers) != count:
                raise ValueError("these are not the places that were asked about")
            return [one.forecast(units) for one in answers]

        return Kept(value=await self._source.service.get("/v1/forecast", _ANSWER, read, asked))


class _CurrentAnswer(BaseModel):
    time: dt.datetime
    temperature_2m: float | None = None
    relative_humidity_2m: float | None = None
    apparent_temperature: float | None = None
    precipitation: float | None = None
    weather_code: int | None = None
    wind_speed_10m: float | None = None
    wind_gusts_10m: float | None = None

    def current(self) -> Current:
        return Current(
            time=self.time,
            condition=condition(self.weather_code),
            weather_code=self.weather_code,
            temperature=self.temperature_2m,
            feels_like=self.apparent_temperature,
            humidity_percent=self.relative_humidity_2m,
            precipitation=self.precipitation,
            wind_speed=self.wind_speed_10m,
            gusts=self.wind_gusts_10m,
        )


_Numbers = list[float | None]


class _DailyAnswer(BaseModel):
    """Arrays that run in parallel."""

    time: list[dt.date]
    weather_code: list[int | None]
    temperature_2m_max: _Numbers
    temperature_2m_min: _Numbers
    precipitation_sum: _Numbers
    precipitation_probability_max: _Numbers
    wind_speed_10m_max: _Numbers
    wind_gusts_10m_max: _Numbers

    def days(self) -> list[Day]:
        columns = zip(
            self.time,
            self.weather_code,
            self.temperature_2m_max,
            self.temperature_2m_min,
            self.precipitation_sum,
            self.precipitation_probability_max,
            self.wind_speed_10m_max,
            self.wind_gusts_10m_max,
            strict=True,
        )
        return [
            Day(
                date=date,
                condition=condition(code),
                weather_code=code,
                high=high,
                low=low,
                precipitation=wet,
                precipitation_probability=chance,
                wind_speed=wind,
                gusts=gusts,
            )
            for date, code, high, low, wet, chance, wind, gusts in columns
        ]


class _Answer(BaseModel):
    latitude: float
    longitude: float
    timezone: str
    current: _CurrentAnswer | None = None
    daily: _DailyAnswer

    def forecast(self, units: Units) -> Forecast:
        return Forecast(
            latitude=self.latitude,
            longitude=self.longitude,
            timezone=self.timezone,
            units=units,
            current=self.current.current() if self.current else None,
            days=self.daily.days(),
        )


_ANSWER: TypeAdapter[_Answer | list[_Answer]] = TypeAdapter(_Answer | list[_Answer])
_SHAPE = TypeAdapter(Kept[list[Forecast]])
