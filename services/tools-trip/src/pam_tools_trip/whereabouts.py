"""Which place is meant: a name, or "here", which is a chain of GPS, last known position, network, and asking."""

from collections.abc import Sequence

from pam_shared.clock import spoken_age
from pam_shared.contracts.location import Fix
from pam_shared.contracts.tools import SourceKind
from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_tools_trip.external import Match, Place, Point
from pam_tools_trip.inquiry import Inquiry, NothingFoundError, together_all
from pam_tools_trip.positions import STALE_AFTER, jump_mph
from pam_tools_trip.queries import places

HERE = frozenset({
    "here", "near here", "around here", "near me", "around me", "nearby", "close by", "my location", "my position",
    "my current location", "current location", "current position", "where i am", "where we are", "near us", "me",
})  # fmt: skip

MEMBERS_DEVICE = "your device's location"
LAST_KNOWN = "your last known location"
OTHERS_NAMED = 3
DOUBTED = 0.4
AMBIGUOUS = 0.7


def is_here(text: str) -> bool:
    """Whether a text means the place where the member is."""
    return text.strip().strip(".!?").lower() in HERE


async def find(inquiry: Inquiry, text: str, name: str = "location") -> Place:
    """Return the place a member means. ``name`` is the argument's.

    Raises NothingFoundError for an unknown one, InvalidRequestError when nobody knows where "here" is.
    """
    return (await find_all(inquiry, {name: text}))[0]


async def find_all(inquiry: Inquiry, texts: dict[str, str]) -> list[Place]:
    """Return the places of several arguments, by name; they are looked up at the same time. Raises as ``find``."""
    here = next((name for name, text in texts.items() if is_here(text)), None)
    # First, for a transaction does one thing at a time.
    there = await _here(inquiry, here) if here else None
    named = [text for text in texts.values() if not is_here(text)]
    found = iter(await together_all(_named(inquiry, text) for text in named))
    return [there if there and is_here(text) else next(found) for text in texts.values()]


def numbered(origin: str, stops: Sequence[str], destination: str) -> dict[str, str]:
    """Return the arguments of a journey by their names, in order."""
    return {
        "origin": origin,
        **{f"stops.{index}": stop for index, stop in enumerate(stops)},
        "destination": destination,
    }


async def _named(inquiry: Inquiry, text: str) -> Place:
    fix = inquiry.ctx.location
    near = Point(fix.latitude, fix.longitude) if fix else None
    try:
        match = await inquiry.need(inquiry.world.geocoder.locate(text, near))
    except NotFoundError as error:
        raise NothingFoundError(str(error)) from error
    if match.ambiguous:
        inquiry.doubt(AMBIGUOUS)
        inquiry.remark(_taken(text, match))
    return match.place


def _taken(text: str, match: Match) -> str:
    others = [other.label for other in match.others if other.label != match.place.label][:OTHERS_NAMED]
    rest = (
        f"; tell me if you meant {', '.join(others[:-1])}{' or ' if others[1:] else ''}{others[-1]}" if others else ""
    )
    return f"I took {text} to be {match.place.label}{rest}."


async def _here(inquiry: Inquiry, name: str) -> Place:
    """Return where the member is: what the device says, else where they were last known to be."""
    ctx = inquiry.ctx
    known = await places.known_location(ctx.db)
    if ctx.location and (known is None or known.at <= ctx.location.at):
        await _believe(inquiry, ctx.location, known)
        ctx.cite(MEMBERS_DEVICE, ctx.location.at, kind=SourceKind.MEMBER)
        return await _place(inquiry, ctx.location)
    if known is None:
        raise InvalidRequestError(
            f"{name}: I don't know where you are: your device doesn't say, I have no earlier position of yours, and"
            " your network doesn't tell me. Which town or place do you mean?"
        )
    age = ctx.now - known.at
    stale = age > STALE_AFTER
    ctx.cite(LAST_KNOWN, known.at, kind=SourceKind.STALE if stale else SourceKind.MEMBER)
    inquiry.remark(f"I took where you were {spoken_age(age)}; name a place if you have moved since.")
    if stale:
        inquiry.doubt(DOUBTED)
    return await _place(inquiry, known)


async def _believe(inquiry: Inquiry, fix: Fix, known: Fix | None) -> None:
    """Remember a position, unless nobody can have got there so fast: then say so, and go on with it."""
    if known is None or (mph := _jump(known, fix)) is None:
        await places.remember_location(inquiry.ctx.db, inquiry.ctx.user, fix)
        return
    inquiry.doubt(DOUBTED)
    inquiry.remark(
        f"Your device puts you so far from where you were {spoken_age(fix.at - known.at)} that you would have gone"
        f" {mph:,.0f} mph: if that is wrong, tell me the place."
    )


def _jump(known: Fix, fix: Fix) -> float | None:
    blur = (known.accuracy_m or 0) + (fix.accuracy_m or 0)
    before, now = Point(known.latitude, known.longitude), Point(fix.latitude, fix.longitude)
    return jump_mph(before, known.at, now, fix.at, blur)


async def _place(inquiry: Inquiry, fix: Fix) -> Place:
    """Return a position as a place, with the name of what is there if anybody can tell."""
    point = Point(fix.latitude, fix.longitude)
    there = await inquiry.hear("the name of the place you are at", inquiry.world.geocoder.name_of(point))
    known = there or Place(name="your location", latitude=0, longitude=0)
    return known.model_copy(update={"latitude": fix.latitude, "longitude": fix.longitude})
