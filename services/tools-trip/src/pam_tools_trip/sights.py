"""What there is to see: the map, the encyclopedia, and our own events and off-road routes, as one list."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import BaseModel

from pam_shared.contracts.tools import SourceKind
from pam_shared.money import Total
from pam_tools_trip.external import Article, Poi, Point, miles_between
from pam_tools_trip.inquiry import Inquiry, together
from pam_tools_trip.positions import around as box_around
from pam_tools_trip.queries import places

OWN = "PAM's local events and off-road routes"


class Attraction(BaseModel):
    """Something to see; None is unknown."""

    name: str
    category: str
    rating: float | None = None
    distance_miles: float
    description: str | None = None
    admission_fee: Total | None = None
    website: str | None = None


async def around(inquiry: Inquiry, point: Point, radius_miles: float, categories: Sequence[str]) -> list[Attraction]:
    """Return all there is to see within a distance, the nearest first.

    Raises ExternalUnavailableError when the map cannot be asked and nothing else is known: that is not "nothing".
    """
    written = await _written_down(inquiry, point, radius_miles, categories)
    world = inquiry.world
    shown = inquiry.hear("sights from the map", world.places.attractions(point, radius_miles, categories))
    told = inquiry.hear("what Wikipedia knows", world.wikipedia.near(point))
    mapped, articles = await together(shown, told)
    found = [*written, *_seen(mapped, articles or [])]
    if mapped is None and not found:
        inquiry.give_up()
    return sorted(found, key=lambda item: item.distance_miles)


async def _written_down(
    inquiry: Inquiry, point: Point, radius_miles: float, categories: Sequence[str]
) -> list[Attraction]:
    """Return the events and off-road routes this worker keeps itself."""
    ctx, box = inquiry.ctx, box_around(point, radius_miles)
    rows = await places.events_in(ctx.db, box, ctx.today) + await places.offroad_routes_in(ctx.db, box)
    wanted = [word.lower().rstrip("s") for word in categories]
    near = [
        row
        for row in rows
        if miles_between(point, row.point) <= radius_miles
        and (not wanted or any(word in f"{row.kind} {row.name}".lower() for word in wanted))
    ]
    if near:
        oldest, sample = min(row.updated_at for row in near), any(row.sample for row in near)
        ctx.cite(OWN, oldest, kind=SourceKind.RECORDS, sample=sample)
    return [
        Attraction(
            name=row.name,
            category=row.kind,
            rating=row.rating,
            distance_miles=round(miles_between(point, row.point), 1),
            description=row.description,
            admission_fee=row.fee,
        )
        for row in near
    ]


def _seen(mapped: list[Poi] | None, articles: list[Article]) -> list[Attraction]:
    """Return what the map shows, with its article; without the map, the articles."""
    if mapped is None:
        return [_article(article) for article in articles]
    about = {article.title.lower(): article for article in articles}
    return [_poi(poi, poi.name, about.get(poi.name.lower())) for poi in mapped if poi.name]


def _poi(poi: Poi, name: str, article: Article | None) -> Attraction:
    return Attraction(
        name=name,
        category=poi.kind,
        distance_miles=round(poi.distance_miles, 1),
        description=poi.description,
        admission_fee=Decimal(0) if poi.fee is False else poi.charge if poi.charge_currency == "USD" else None,
        website=poi.website or (article.url if article else None),
    )


def _article(article: Article) -> Attraction:
    miles = round(article.distance_miles, 1)
    return Attraction(name=article.title, category="article", distance_miles=miles, website=article.url)
