"""The rules of what a way to earn is worth: earnings per hour. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pam_shared.money import spoken, to_cents
from pam_tools_insight.records import ZERO, HustleAttempt

FEW_HOURS = Decimal(5)
"""With fewer hours an hourly rate is luck."""
HALF = Decimal("0.5")


@dataclass(frozen=True)
class Return:
    """What a hustle brought; the rate is None where no hours were noted."""

    title: str
    status: str | None
    earnings: Decimal
    hours: Decimal
    hourly_rate: Decimal | None


def returns(attempts: Sequence[HustleAttempt]) -> list[Return]:
    """Return what each hustle brought, several attempts at one taken together, the best rate first."""
    grouped: dict[str, list[HustleAttempt]] = {}
    for attempt in attempts:
        grouped.setdefault(str(attempt.hustle_id), []).append(attempt)
    found = [_return(same) for same in grouped.values()]
    return sorted(found, key=lambda one: (one.hourly_rate is None, -(one.hourly_rate or ZERO), one.title))


def best(found: Sequence[Return]) -> Return | None:
    """Return the hustle that pays best by the hour among those with enough hours; None when there is none."""
    worthy = [one for one in found if one.hours >= FEW_HOURS and one.hourly_rate]
    return worthy[0] if worthy else None


def advice(found: Sequence[Return]) -> list[str]:
    """Return what the member could do about their hustles."""
    top = best(found)
    told = []
    if top and top.hourly_rate:
        told.append(f"Put your next free hours into {top.title}: it pays {spoken(top.hourly_rate)} an hour.")
        poor = [one for one in found if one.hours >= FEW_HOURS and (one.hourly_rate or ZERO) < top.hourly_rate * HALF]
        told += [f"{one.title} pays less than half of that; think about doing less of it." for one in poor]
    told += [f"Note your hours for {one.title}, so that I can tell what it pays." for one in found if not one.hours]
    few = [one for one in found if ZERO < one.hours < FEW_HOURS]
    told += [f"{one.title} has few hours so far; a few more will show what it pays." for one in few]
    return told


def _return(same: Sequence[HustleAttempt]) -> Return:
    earnings = sum((attempt.earnings or ZERO for attempt in same), ZERO)
    hours = sum((attempt.hours_spent or ZERO for attempt in same), ZERO)
    rate = to_cents(earnings / hours) if hours else None
    return Return(same[0].title, same[0].status, earnings, hours, rate)
