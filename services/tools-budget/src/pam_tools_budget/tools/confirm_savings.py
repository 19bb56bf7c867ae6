"""Confirm or correct a saving."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, WithJsonSchema

from pam_shared.contracts.tools import SourceKind
from pam_shared.errors import NotFoundError
from pam_shared.money import Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_budget import counting
from pam_tools_budget.events import SavingConfirmed
from pam_tools_budget.queries import savings
from pam_tools_budget.records import SavingRow
from pam_tools_budget.savings import Guarantee

Actual = Annotated[
    Decimal,
    Field(ge=0, le=100_000, decimal_places=2),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100_000, "multipleOf": 0.01}, mode="validation"),
]


class Confirmation(Arguments):
    """Which saving, and what it really was."""

    event_id: Annotated[UUID, id_from("track_savings", "savings_event.id")] = Field(
        description="The saving's id, from track_savings or export_budget_report."
    )
    actual_savings: Actual = Field(examples=[9], description="What the member says they saved; 0 when nothing.")


class Confirmed(Result):
    """The saving as it now counts, and how its month stands."""

    savings_event: SavingRow
    monthly_total: Total
    guarantee_met: bool
    crossed_threshold: bool


@tool(effect="write", timeout=4)
async def confirm_savings(ctx: ToolContext, args: Confirmation) -> Confirmed:
    """Let a saving count with the figure the member gives; a confirmed one can be corrected the same way."""
    known = await savings.find(ctx.db, args.event_id)
    if known is None:
        raise NotFoundError("event_id: I have no such saving. Ask for the budget report to see your savings.")
    month = await counting.begin(ctx, known.saved_date)
    await savings.confirm(ctx.db, known.id, args.actual_savings)
    ctx.emit(SavingConfirmed(saving_id=known.id, amount=args.actual_savings, saved_date=known.saved_date))
    counted = await counting.count(ctx, month, known.id)
    ctx.cite("what you told me", ctx.now, SourceKind.MEMBER)
    guarantee: Guarantee = ctx.resources
    changed = {**vars(known), "amount": args.actual_savings, "confirmed": True}
    result = Confirmed(
        message=_sentence(args.actual_savings, known, counted, guarantee),
        savings_event=SavingRow.model_validate(changed),
        monthly_total=counted.total,
        guarantee_met=guarantee.met(counted.total),
        crossed_threshold=counted.crossed,
    )
    await log_calculation(ctx, "confirm_savings", args, result)
    return result


def _sentence(actual: Decimal, known: savings.Saving, counted: savings.Month, guarantee: Guarantee) -> str:
    of = f"{known.saved_date:%B %Y}"
    head = f"Confirmed: you saved {spoken(actual)} on {known.category}, {spoken(counted.total)} in {of}."
    if counted.crossed:
        return f"{head} With that PAM has paid for itself: the month's {spoken(guarantee.threshold)} are saved!"
    return head
