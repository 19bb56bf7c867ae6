"""The phases after retrieval, one plain function each: integrate, generate, highlight, transfer."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel

from pam_agent.context import parts
from pam_agent.context.snapshot import Found, MemberContext, Outlook
from pam_agent.context.sources import SOURCES
from pam_shared.contracts.location import Fix
from pam_shared.money import spoken

OVER = "over"
SOON = 7
"""Days before a trip within which it is worth a word."""
HIGHLIGHTS_MAX = 6
MINUTE = 60


def integrate(found: Mapping[str, Found], turn: UUID, place: Fix | None, now: dt.datetime) -> MemberContext:
    """Put what the sources told into one snapshot, with its version; ``now`` is where the member is."""
    versions = {name: _digest(one.part) for name, one in sorted(found.items())}
    told = {name: one.part for name, one in found.items()}
    person = told.get("profile", parts.Person()).context
    return MemberContext(
        turn=turn,
        taken_at=now,
        version=_digest(versions),
        versions=versions,
        profile=person.profile,
        language=person.preferences.settings.language,
        vehicles=told.get("vehicles", parts.Vehicles()).vehicles,
        finances=told.get("finances"),
        trips=told.get("travel", parts.Travel()).trips,
        upkeep=told.get("upkeep", parts.Upkeep()),
        community=told.get("community", parts.Community()),
        unanswered=told.get("letters", parts.Letters()).unanswered,
        memory=told.get("memory", parts.Memory()).memories[: parts.FACTS_MAX],
        place=place,
        age={name: one.as_of for name, one in found.items()},
        stale=[name for name, one in found.items() if one.kind == "stale"],
        missing=[source.name for source in SOURCES if source.name not in found],
    )


def generate(known: MemberContext) -> MemberContext:
    """Work out what follows on this day: the trip that is on, the next one, the budgets that are short."""
    today = known.taken_at.date()
    ahead = sorted(
        (trip.start_date, number)
        for number, trip in enumerate(known.trips)
        if trip.start_date and trip.start_date > today
    )
    outlook = Outlook(
        trip=next((trip for trip in known.trips if trip.is_on(today)), None),
        next_trip=known.trips[ahead[0][1]] if ahead else None,
        days_until=(ahead[0][0] - today).days if ahead else None,
        tight_budgets=[budget for budget in _budgets(known) if budget.status != "good"],
    )
    return known.model_copy(update={"outlook": outlook})


def highlight(known: MemberContext) -> MemberContext:
    """Choose what deserves a word now, the most pressing first."""
    outlook, found = known.outlook, []
    found += [f"Overdue on the rig: {service.task}." for service in known.upkeep.overdue]
    found += [_short(budget) for budget in sorted(outlook.tight_budgets, key=lambda one: one.left)]
    if known.finances and known.finances.net < 0 < known.finances.income:
        found.append(f"In the last 30 days {spoken(-known.finances.net)} more was spent than came in.")
    if outlook.next_trip and outlook.days_until is not None and outlook.days_until <= SOON:
        found.append(f'The trip "{outlook.next_trip.title}" begins in {_days(outlook.days_until)}.')
    found += [f"Due soon on the rig: {service.task}." for service in known.upkeep.upcoming]
    if known.unanswered:
        found.append(f"Messages from {_people(len(known.unanswered))} are not answered.")
    return known.model_copy(update={"highlights": found[:HIGHLIGHTS_MAX]})


def transfer(known: MemberContext) -> MemberContext:
    """Write the snapshot down for the mind: a line for each part, with its age; what is missing is named."""
    values = {
        "profile": known.profile,
        "vehicles": known.vehicles[: parts.LISTED],
        "finances": _shortened(known.finances),
        "travel": {"now": known.outlook.trip, "next": known.outlook.next_trip},
        "upkeep": known.upkeep,
        "community": known.community,
        "letters": known.unanswered[: parts.LISTED],
    }
    member = [f"{name} ({_age(known, name)}): {_json(value)}" for name, value in values.items() if name in known.age]
    if known.missing:
        member.append(f"Not known right now: {', '.join(known.missing)}.")
    member += [f"Worth a word: {line}" for line in known.highlights]
    memory = [_json(fact) for fact in known.memory]
    return known.model_copy(update={"told": {"member": member, "memory": memory}})


def _shortened(finances: parts.Finances | None) -> parts.Finances | None:
    return finances and finances.model_copy(update={"budgets": finances.budgets[: parts.LISTED]})


def _budgets(known: MemberContext) -> list[parts.Budget]:
    return known.finances.budgets if known.finances else []


def _digest(value: object) -> str:
    return hashlib.sha256(_packed(value)).hexdigest()[:12]


def _json(value: object) -> str:
    return _packed(value).decode()


def _packed(value: object) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(f"{type(value).__name__} cannot be written down.")


def _age(known: MemberContext, name: str) -> str:
    minutes = int((known.taken_at - known.age[name]).total_seconds() // MINUTE)
    old = f"{minutes} min old" if minutes > 0 else "now"
    return f"{old}, may be out of date" if name in known.stale else old


def _short(budget: parts.Budget) -> str:
    if budget.status == OVER:
        return f"The {budget.category} budget is over by {spoken(-budget.left)}."
    return f"Of the {budget.category} budget {spoken(budget.left)} are left."


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"


def _people(count: int) -> str:
    return "one person" if count == 1 else f"{count} people"
