"""Stands in for FRED's table of weekly fuel prices, and for EIA's by area."""

import datetime as dt
from math import pi, sin

from pam_shared.clock import utc_now
from pam_tools_trip.samples.atlas import dice
from pam_tools_trip.samples.sample import Request, Response, Sample, told

CSV = "text/csv"
PREMIUMS = {"GASREGW": 0.0, "GASMIDW": 0.45, "GASPRMW": 0.85, "GASDESW": 0.95}
PRODUCTS = {"EPMR": "GASREGW", "EPMM": "GASMIDW", "EPMP": "GASPRMW", "EPD2D": "GASDESW"}
WEEKS = 520


def answer(request: Request) -> Response:
    """Answer with a table of the series asked for, a row a week."""
    series = request.query["id"].split(",")
    since = dt.date.fromisoformat(request.query.get("cosd", "2026-01-01"))
    rows = [[monday.isoformat(), *(price(one, monday) for one in series)] for monday in _mondays(since)]
    return _table([["observation_date", *series], *rows])


def empty(request: Request) -> Response:
    """Answer with a table without rows."""
    return _table([["observation_date", *request.query["id"].split(",")]])


def partial(request: Request) -> Response:
    """Answer with a table whose last week is not there yet."""
    lines = answer(request).body.decode().splitlines()
    lacking = [*lines[:-1], lines[-1].split(",", 1)[0] + ",." * len(request.query["id"].split(","))]
    return Response("\n".join(lacking).encode(), content_type=CSV)


def of_area(request: Request) -> Response:
    """Answer with the newest price of an area."""
    if "facets[product][]" not in request.query:
        return told({"response": {"id": "petroleum", "name": "Petroleum"}})
    series, area = PRODUCTS[request.query["facets[product][]"]], request.query["facets[duoarea][]"]
    monday = _mondays(utc_now().date() - dt.timedelta(days=14))[-1]
    value = float(price(series, monday)) + dice("area", area).uniform(-0.4, 0.6)
    row = {
        "period": monday.isoformat(),
        "duoarea": area,
        "area-name": "CALIFORNIA" if area == "SCA" else area,
        "product": request.query["facets[product][]"],
        "value": f"{value:.3f}",
        "units": "$/GAL",
    }
    return told({"response": {"total": "1", "dateFormat": "YYYY-MM-DD", "frequency": "weekly", "data": [row]}})


def none_of_area(_: Request) -> Response:
    """Answer that there is no price."""
    return told({"response": {"total": "0", "dateFormat": "YYYY-MM-DD", "frequency": "weekly", "data": []}})


def price(series: str, monday: dt.date) -> str:
    """Return what a gallon costs in a week: dearer in summer, and a little by chance."""
    season = sin((monday.timetuple().tm_yday - 100) / 365 * 2 * pi)
    chance = dice("fuel", series, monday)
    return f"{3.45 + PREMIUMS[series] + 0.3 * season + chance.uniform(-0.05, 0.05):.3f}"


def _mondays(since: dt.date) -> list[dt.date]:
    first = since + dt.timedelta(days=-since.weekday() % 7)
    weeks = (first + dt.timedelta(weeks=number) for number in range(WEEKS))
    return [monday for monday in weeks if monday <= utc_now().date()]


def _table(rows: list[list[str]]) -> Response:
    return Response("\n".join(",".join(row) for row in rows).encode() + b"\n", content_type=CSV)


SAMPLE = Sample(answer, empty, Response(b"<html><body>Bad Request</body></html>", 400, "text/html"), partial)
AREAS = Sample(of_area, none_of_area, told({"error": "Invalid frequency 'often'", "code": 400}, 400))
