"""Stands in for Overpass: reads the few forms of question that we ask, and no others."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qs

from pam_shared.clock import utc_now
from pam_tools_trip.external.geography import METRES_PER_MILE, Point, miles_between, miles_to_line
from pam_tools_trip.samples.atlas import CELL, cells, dice, town_of, within
from pam_tools_trip.samples.map_features import FEATURES, signs
from pam_tools_trip.samples.sample import Request, Response, Sample, told

AROUND = re.compile(r"\(around:(\d+),([-\d.,]+)\)")
FILTER = re.compile(r"(?:nwr|way)((?:\[[^\]]+\])+)\(")
FURTHEST_CELLS = 40
"""Corners of a line whose surroundings are filled with places."""


def answer(request: Request) -> Response:
    """Answer with what is around the point or the line."""
    if request.path == "/api/status":
        return Response(b"Connected as: 1\nRate limit: 2\n2 slots available now.\n", content_type="text/plain")
    return told(_head() | {"elements": _elements(_question(request))})


def empty(_: Request) -> Response:
    """Answer with nothing."""
    return told(_head() | {"elements": []})


def partial(request: Request) -> Response:
    """Answer with some of it, part of it nameless, and the remark that time was up."""
    some = _elements(_question(request))[:4]
    for element in some[::2]:
        element["tags"].pop("name", None)
    remark = 'runtime error: Query timed out in "query" at line 1 after 4 seconds.'
    return told(_head() | {"elements": some, "remark": remark})


def _question(request: Request) -> str:
    return parse_qs(request.body.decode())["data"][0]


def _head() -> dict[str, Any]:
    base = {"timestamp_osm_base": utc_now().strftime("%Y-%m-%dT%H:%M:%SZ"), "copyright": "OpenStreetMap contributors"}
    return {"version": 0.6, "generator": "sample", "osm3s": base}


def _elements(question: str) -> list[dict[str, Any]]:
    match = AROUND.search(question)
    if match is None:
        return []
    numbers = [float(number) for number in match[2].split(",")]
    line = [Point(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    miles, filters = int(match[1]) / METRES_PER_MILE, FILTER.findall(question)
    found = _signs(line) if "maxheight" in question else _features(filters, line, miles)
    most = int(question.rsplit(" ", 1)[1].rstrip(";"))
    return list(found)[:most]


def _signs(line: Sequence[Point]) -> Iterator[dict[str, Any]]:
    for corner in line:
        for number, tags in enumerate(signs(corner)):
            yield _element("way", dice("sign", corner, number), corner, tags)


def _features(filters: Sequence[str], line: Sequence[Point], miles: float) -> Iterator[dict[str, Any]]:
    kinds = [kind for kind in FEATURES if any(kind.passes(one) for one in filters)]
    seen: set[Point] = set()
    for middle in line[:: max(1, len(line) // FURTHEST_CELLS)]:
        for cell in cells(middle, miles):
            if cell not in seen:
                seen.add(cell)
                yield from _in_cell(cell, kinds, line, miles)
    if any("national_park" in one for one in filters):
        yield from (
            _park(entry.id, entry.name, entry.point) for entry in within(line[0], miles) if entry.kind == "park"
        )


def _in_cell(cell: Point, kinds: Sequence[Any], line: Sequence[Point], miles: float) -> Iterator[dict[str, Any]]:
    for kind in kinds:
        chance = dice(kind.name, cell)
        for _ in range(chance.randint(0, kind.most)):
            north, east = chance.uniform(0, CELL), chance.uniform(0, CELL)
            where = Point(round(cell.latitude + north, 5), round(cell.longitude + east, 5))
            tags = kind.tags(chance, town_of(cell)) if _distance(where, line) <= miles else None
            if tags:
                yield _element("node" if chance.random() < 0.6 else "way", chance, where, tags)  # noqa: PLR2004


def _distance(where: Point, line: Sequence[Point]) -> float:
    return miles_between(where, line[0]) if len(line) == 1 else miles_to_line(where, line)


def _park(number: int, name: str, where: Point) -> dict[str, Any]:
    tags = {"name": name, "boundary": "national_park", "website": "https://www.example.com/park"}
    return _element("relation", dice("park", number), where, tags)


def _element(kind: str, chance: Any, where: Point, tags: dict[str, str]) -> dict[str, Any]:
    place = {"lat": where.latitude, "lon": where.longitude}
    return {
        "type": kind,
        "id": chance.randint(1_000_000, 9_999_999_999),
        **(place if kind == "node" else {"center": place}),
        "tags": tags,
    }


SAMPLE = Sample(
    answer,
    empty,
    Response(b"<html><body><p>Error: line 1: parse error: Unknown type</p></body></html>", 400, "text/html"),
    partial,
)
