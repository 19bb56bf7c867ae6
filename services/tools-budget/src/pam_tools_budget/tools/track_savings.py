"""Record a saving."""

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from pam_shared.contracts.tools import SourceKind
from pam_shared.money import Amount, Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import counting
from pam_tools_budget.events import SavingRecorded
from pam_tools_budget.queries import savings
from pam_tools_budget.records import SavingRow
from pam_tools_budget.savings import Guarantee

Saved = Annotated[
    Amount,
    Field(le=100_000),
    WithJsonSchema({"type": "number", "minimum": 0.01, "maximum": 100_000, "multipleOf": 0.01}, mode="validation"),
]
EventType = Literal["gas", "campground", "route", "other"]


class NewSaving(Arguments):
    """What was saved."""

    amount_saved: Saved = Field(examples=[12.5], description="How much less it cost, in the member's currency.")
    category: str = Field(min_length=1, max_length=100, examples=["gas"], description="What the money was saved on.")
    description: str | None = Field(None, max_length=500, description="How it was saved, in the member's words.")
    event_type: EventType = Field("other", description="gas, campground, route, or other.")
    confirmed: bool = Field(
        False,
        description="true when the member said that they saved it; false when it is your own estimate, which counts"
        " only after confirm_savings.",
    )


class Tracked(Result):
    """The saving, and how its month stands: ``monthly_total`` counts confirmed savings alone."""

    savings_event: SavingRow
    monthly_total: Total
    guarantee_met: bool
    threshold: Total
    crossed_threshold: bool


@tool(effect="write", timeout=4)
async def track_savings(ctx: ToolContext, args: NewSaving) -> Tracked:
    """Record money the member saved with PAM's help. Only what they confirm counts for the month's guarantee."""
    month = await counting.begin(ctx, ctx.today)
    new = savings.NewSaving(
        args.amount_saved, args.category, args.description, args.event_type, ctx.today, args.confirmed
    )
    saving_id = await savings.insert(ctx.db, ctx.user, new)
    written = {"id": saving_id, "saving_id": saving_id, **vars(new)}
    ctx.emit(SavingRecorded.model_validate(written))
    counted = await counting.count(ctx, month, saving_id)
    ctx.cite("what you told me" if args.confirmed else "my estimate", ctx.now, _kind(args))
    guarantee: Guarantee = ctx.resources
    result = Tracked(
        message=_sentence(new, counted, guarantee),
        savings_event=SavingRow.model_validate(written),
        monthly_total=counted.total,
        guarantee_met=guarantee.met(counted.total),
        threshold=guarantee.threshold,
        crossed_threshold=counted.crossed,
    )
    await log_calculation(ctx, "track_savings", args, result)
    return result


def _kind(args: NewSaving) -> SourceKind:
    return SourceKind.MEMBER if args.confirmed else SourceKind.ESTIMATE


def _sentence(new: savings.NewSaving, counted: savings.Month, guarantee: Guarantee) -> str:
    if not new.confirmed:
        return (
            f"I think you saved {spoken(new.amount)} on {new.category}. It counts once you tell me that you did;"
            f" confirmed this month: {spoken(counted.total)}."
        )
    head = f"Recorded {spoken(new.amount)} saved on {new.category}. That makes {spoken(counted.total)} this month."
    if counted.crossed:
        return f"{head} With that PAM has paid for itself: the month's {spoken(guarantee.threshold)} are saved!"
    missing = guarantee.shortfall(counted.total)
    return f"{head} {spoken(missing)} more and PAM has paid for itself." if missing else head
