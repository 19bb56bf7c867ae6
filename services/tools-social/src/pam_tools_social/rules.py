"""The rules of who hears of what, as they are told to the member. The database enforces them. Pure."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from pam_shared.clock import spoken_day
from pam_shared.errors import InvalidRequestError

UNNAMED = "a traveller"


class Visibility(StrEnum):
    """For whom a post is."""

    PUBLIC = "public"
    FRIENDS = "friends"


class Circle(StrEnum):
    """With whom a location is shared."""

    FRIENDS = "friends"
    FOLLOWERS = "followers"
    PUBLIC = "public"


class ProfileVisibility(StrEnum):
    """To whom a member's profile is open; nothing of theirs is shown to more people than that."""

    PUBLIC = "public"
    FRIENDS = "friends"
    PRIVATE = "private"


class MayWrite(StrEnum):
    """From whom a member takes messages."""

    EVERYONE = "everyone"
    FRIENDS = "friends"
    NONE = "none"


class Feed(StrEnum):
    """Whose posts, in which order."""

    ALL = "all"
    FRIENDS = "friends"
    FOLLOWING = "following"
    POPULAR = "popular"
    RECENT = "recent"


class TipCategory(StrEnum):
    """What a tip is about."""

    CAMPING = "camping"
    BOONDOCKING = "boondocking"
    ROUTE = "route"
    FUEL = "fuel"
    MAINTENANCE = "maintenance"
    SAFETY = "safety"
    INTERNET = "internet"
    PETS = "pets"
    BUDGET = "budget"
    OTHER = "other"


def spoken_audience(chosen: str, profile: ProfileVisibility) -> str:
    """Say who sees what a member shows to a chosen circle (public, followers or friends), given their profile."""
    if profile is ProfileVisibility.PRIVATE:
        return "nobody but you, because your profile is private"
    if profile is ProfileVisibility.FRIENDS and chosen != Circle.FRIENDS:
        return "your friends only, because your profile is for friends"
    return {"public": "every member", "followers": "your followers", "friends": "your friends"}[chosen]


def as_id(who: str) -> UUID | None:
    """Return the id that was given, or None where it is a name."""
    try:
        return UUID(who)
    except ValueError:
        return None


def as_name(who: str) -> str:
    """Return the username that is meant, without the sign before it."""
    return who.strip().lstrip("@")


def upcoming(date: datetime, zone: ZoneInfo, now: datetime) -> datetime:
    """Return a moment to come; without a zone it is where the member is. Raises InvalidRequestError for a past one."""
    moment = date if date.tzinfo else date.replace(tzinfo=zone)
    if moment <= now:
        raise InvalidRequestError(f"event_date: {date:%Y-%m-%d %H:%M} has passed; give a moment to come.")
    return moment


def spoken_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Say when, where the member is, such as ``Saturday, July 4, 2026, 18:00``."""
    there = moment.astimezone(zone)
    return f"{there:%A}, {spoken_day(there)}, {there:%H:%M}"
