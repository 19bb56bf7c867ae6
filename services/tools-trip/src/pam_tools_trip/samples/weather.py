"""Stands in for Open-Meteo's forecasts."""

import datetime as dt
from math import cos, pi
from typing import Any

from pam_shared.clock import utc_now
from pam_tools_trip.external.geography import Point
from pam_tools_trip.samples.atlas import dice
from pam_tools_trip.samples.sample import Request, Response, Sample, told

CODES = (0, 0, 1, 1, 2, 2, 3, 3, 45, 51, 61, 63, 80, 95)
SNOW = {51: 71, 61: 73, 63: 75, 80: 85, 95: 75}
FREEZING_F = 34.0
WETNESS = 45
"""Codes from here on are of days with something falling."""


def answer(request: Request) -> Response:
    """Answer for one place with an object, for several with a list of them."""
    points = _points(request)
    days = int(request.query.get("forecast_days", "7"))
    imperial = request.query.get("temperature_unit") == "fahrenheit"
    answers = [_place(point, days, imperial=imperial) for point in points]
    return told(answers if len(answers) > 1 else answers[0])


def partial(request: Request) -> Response:
    """Answer without the weather now, and with gaps where the model says nothing."""
    place = _place(_points(request)[0], int(request.query.get("forecast_days", "7")), imperial=True)
    del place["current"]
    place["daily"]["precipitation_probability_max"] = [None] * len(place["daily"]["time"])
    return told(place)


def empty(request: Request) -> Response:
    """Answer with no days."""
    place = _place(_points(request)[0], 0, imperial=True)
    return told(place)


def _points(request: Request) -> list[Point]:
    latitudes, longitudes = (request.query[name].split(",") for name in ("latitude", "longitude"))
    return [Point(float(latitude), float(longitude)) for latitude, longitude in zip(latitudes, longitudes, strict=True)]


def _place(point: Point, days: int, *, imperial: bool) -> dict[str, Any]:
    today = utc_now().date()
    rows = [_day(point, today + dt.timedelta(days=number)) for number in range(days)]
    rows = rows if imperial else [_metric(row) for row in rows]
    now = rows[0] if rows else _day(point, today)
    return {
        "latitude": point.latitude,
        "longitude": point.longitude,
        "generationtime_ms": 0.5,
        "utc_offset_seconds": 0,
        "timezone": "GMT",
        "timezone_abbreviation": "GMT",
        "elevation": round(dice("elevation", point.text).uniform(0, 2000)),
        "current_units": {
            "temperature_2m": "°F" if imperial else "°C",
            "wind_speed_10m": "mp/h" if imperial else "km/h",
        },
        "current": _current(now),
        "daily_units": {"temperature_2m_max": "°F" if imperial else "°C"},
        "daily": {name: [row[name] for row in rows] for name in _day(point, today)},
    }


def _current(day: dict[str, Any]) -> dict[str, Any]:
    mean = round((day["temperature_2m_max"] + day["temperature_2m_min"]) / 2, 1)
    return {
        "time": utc_now().replace(second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M"),
        "interval": 900,
        "temperature_2m": mean,
        "relative_humidity_2m": 30 + day["precipitation_probability_max"] // 2,
        "apparent_temperature": round(mean - day["wind_speed_10m_max"] / 10, 1),
        "precipitation": 0.0,
        "weather_code": day["weather_code"],
        "wind_speed_10m": round(day["wind_speed_10m_max"] * 0.6, 1),
        "wind_gusts_10m": round(day["wind_gusts_10m_max"] * 0.6, 1),
    }


def _day(point: Point, date: dt.date) -> dict[str, Any]:
    """Invent a day that fits the latitude and the season."""
    chance = dice("weather", f"{point.latitude:.1f},{point.longitude:.1f}", date)
    season = -cos(2 * pi * (date.timetuple().tm_yday - 15) / 365)
    high = 95 - abs(point.latitude - 15) * 1.1 + season * (8 + abs(point.latitude) * 0.35) + chance.uniform(-9, 9)
    code = chance.choice(CODES)
    is_wet = code >= WETNESS
    wind = chance.triangular(3, 38, 9)
    return {
        "time": date.isoformat(),
        "weather_code": SNOW.get(code, code) if high < FREEZING_F else code,
        "temperature_2m_max": round(high, 1),
        "temperature_2m_min": round(high - chance.uniform(14, 28), 1),
        "precipitation_sum": round(chance.uniform(0.05, 0.9), 2) if is_wet else 0.0,
        "precipitation_probability_max": chance.randint(50, 95) if is_wet else chance.randint(0, 25),
        "wind_speed_10m_max": round(wind, 1),
        "wind_gusts_10m_max": round(wind * chance.uniform(1.3, 1.8), 1),
    }


def _metric(day: dict[str, Any]) -> dict[str, Any]:
    celsius = {name: round((day[name] - 32) / 1.8, 1) for name in ("temperature_2m_max", "temperature_2m_min")}
    speeds = {name: round(day[name] * 1.609344, 1) for name in ("wind_speed_10m_max", "wind_gusts_10m_max")}
    return day | celsius | speeds | {"precipitation_sum": round(day["precipitation_sum"] * 25.4, 1)}


SAMPLE = Sample(
    answer, empty, told({"error": True, "reason": "Latitude must be in range of -90 to 90°."}, 400), partial
)
