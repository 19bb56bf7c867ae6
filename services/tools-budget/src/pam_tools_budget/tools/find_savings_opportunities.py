"""Where the member could save, and where they seem to have."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from pam_shared.contracts.tools import SourceKind
from pam_shared.money import Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.categories import Category, ExpenseCategory
from pam_tools_budget.opportunities import LOOKED_BACK, Detected, Opportunity, detected, opportunities
from pam_tools_budget.queries import expenses, savings
from pam_tools_budget.records import Row

MOST = 2000
Least = Annotated[
    Decimal, Field(ge=0, le=1000, decimal_places=2), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1000})
]


class Question(Arguments):
    """How large, and where."""

    min_savings: Least = Field(Decimal(10), description="Leave out what saves less than this in a month.")
    categories: list[Category] | None = Field(None, max_length=10, description="Only these; all if not given.")


class Suggestion(Row):
    """A saving the member could make in a month, and the expenses it follows from."""

    category: ExpenseCategory
    potential_savings: Total
    suggestion: str
    basis: str


class DetectedSaving(Row):
    """An expense well below the member's usual: recorded by nobody unless the member says it was a saving."""

    expense_id: UUID
    date: dt.date
    category: ExpenseCategory
    event_type: str
    amount: Total
    basis: str


class Opportunities(Result):
    """What could be saved in a month, the largest first, and what seems to have been saved already."""

    suggestions: list[Suggestion]
    total_potential_savings: Total
    detected_savings: list[DetectedSaving]

    @property
    def is_empty(self) -> bool:
        """Whether the expenses show nothing."""
        return not (self.suggestions or self.detected_savings)


@tool(effect="read", timeout=4)
async def find_savings_opportunities(ctx: ToolContext, args: Question) -> Opportunities:
    """Find where the member could save, from their own expenses, and recent expenses that look like a saving.

    Nothing is recorded: ask the member whether a detected saving was one, then use track_savings.
    """
    window = rules.last_days(LOOKED_BACK, ctx.today)
    known, _ = await expenses.newest(ctx.db, window, MOST, args.categories)
    counted = {(one.event_type, one.saved_date) for one in await savings.newest(ctx.db, window)}
    found = [one for one in opportunities(known, ctx.today) if one.potential_savings >= args.min_savings]
    made = [one for one in detected(known, ctx.today) if (one.event_type, one.date) not in counted]
    ctx.cite("your expenses of the last 120 days", ctx.now, SourceKind.ESTIMATE)
    result = Opportunities(
        message=_sentence(found, made, any_expenses=bool(known)),
        suggestions=Suggestion.of(found),
        total_potential_savings=sum((one.potential_savings for one in found), Decimal(0)),
        detected_savings=DetectedSaving.of(made),
    )
    await log_calculation(ctx, "find_savings_opportunities", args, result)
    return result


def _sentence(found: list[Opportunity], made: list[Detected], *, any_expenses: bool) -> str:
    if not any_expenses:
        return "You have no expenses of the last 120 days to look through. Tell me what you spend, and I will look."
    if not (found or made):
        return "I looked through your expenses of the last 120 days and found nothing that stands out."
    could = [
        f"About {spoken(one.potential_savings)} a month on {one.category.spoken}: {one.basis} {one.suggestion}"
        for one in found
    ]
    seem = [f"You may have saved {spoken(one.amount)}: {one.basis} Shall I count it?" for one in made]
    return " ".join(could + seem)
