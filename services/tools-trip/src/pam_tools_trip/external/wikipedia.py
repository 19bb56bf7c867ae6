"""What an encyclopedia has an article on, around a point."""

from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter

from pam_tools_trip.external.found import Fact, Found, Kept
from pam_tools_trip.external.geography import METRES_PER_MILE, Point
from pam_tools_trip.external.source import Source

FURTHEST_METRES = 10_000


class Article(Fact):
    """A thing worth an article."""

    title: str
    latitude: float
    longitude: float
    distance_miles: float
    url: str

    @property
    def point(self) -> Point:
        """Where it is."""
        return Point(self.latitude, self.longitude)


class Wikipedia:
    """The English Wikipedia, CC BY-SA. Fresh for 24 hours."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def near(self, point: Point, radius_miles: float = 6.2, limit: int = 20) -> Found[list[Article]]:
        """Return articles on things around a point, nearest first; it looks no further than 6.2 miles.

        Raises ExternalUnavailableError.
        """
        asked: dict[str, str | int] = {
            "action": "query",
            "list": "geosearch",
            "gscoord": f"{point.latitude:.3f}|{point.longitude:.3f}",
            "gsradius": min(FURTHEST_METRES, max(10, int(radius_miles * METRES_PER_MILE))),
            "gslimit": limit,
            "format": "json",
        }
        return await self._source.find(f"{asked}", _SHAPE, lambda: self._ask(asked))

    async def _ask(self, asked: dict[str, str | int]) -> Kept[list[Article]]:
        return Kept(value=await self._source.service.get("/w/api.php", _ANSWER, _articles, asked))


class _Page(BaseModel):
    title: str
    lat: float
    lon: float
    dist: float
    """Metres."""

    def article(self) -> Article:
        return Article(
            title=self.title,
            latitude=self.lat,
            longitude=self.lon,
            distance_miles=round(self.dist / METRES_PER_MILE, 2),
            url=f"https://en.wikipedia.org/wiki/{quote(self.title.replace(' ', '_'))}",
        )


class _Query(BaseModel):
    geosearch: list[_Page]


class _Answer(BaseModel):
    """A refused question has ``error`` instead of ``query``, with status 200."""

    query: _Query


def _articles(answer: _Answer) -> list[Article]:
    return [page.article() for page in sorted(answer.query.geosearch, key=lambda page: page.dist)]


_ANSWER = TypeAdapter(_Answer)
_SHAPE = TypeAdapter(Kept[list[Article]])
