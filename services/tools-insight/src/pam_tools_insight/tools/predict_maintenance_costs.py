"""Forecast what maintenance will cost."""

import datetime as dt
from statistics import mean

from pydantic import BaseModel, Field

from pam_shared.clock import spoken_day
from pam_shared.contracts.tools import SourceKind
from pam_shared.money import Total, spoken, to_cents
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight import maintenance
from pam_tools_insight.asking import Part, gather
from pam_tools_insight.records import ZERO, Travel
from pam_tools_insight.rules import counted, last_days, listed

DAYS = 5 * 365
DAYS_IN_MONTH = 30.44


class Horizon(Arguments):
    """How far to look ahead."""

    months_ahead: int = Field(6, ge=1, le=24)


class PredictedTask(BaseModel):
    """A task and when it comes up; the cost is null where no bill was ever logged."""

    task: str
    due_date: dt.date
    overdue: bool
    estimated_cost: Total | None
    confidence: float = Field(description="0 to 1: from the number of records and how far they differ.")
    basis: str


class Predicted(Result):
    """Tasks in the order they come up. ``unpredictable`` tasks have too few records to say when."""

    predictions: list[PredictedTask]
    unpredictable: list[str]
    total_estimated_cost: Total
    monthly_average: Total

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be predicted."""
        return not self.predictions


@tool(effect="read", aliases=("pam_predict_maintenance_costs",))
async def predict_maintenance_costs(ctx: ToolContext, args: Horizon) -> Predicted:
    """Forecast which maintenance comes up in the next months and what it may cost, with how sure that is."""
    found = await gather(ctx, last_days(DAYS, ctx.today), Part.TRAVEL)
    records = found.travel or Travel()
    until = ctx.today + dt.timedelta(days=round(args.months_ahead * DAYS_IN_MONTH))
    predicted, known = _predict(records, ctx.today, until)
    unknown = sorted(set(maintenance.by_task(records.maintenance)) - known)
    total = sum((one.estimated_cost or ZERO for one in predicted), ZERO)
    if predicted:
        ctx.confidence = round(mean(one.confidence for one in predicted), 2)
        ctx.cite("a forecast from your maintenance records", ctx.now, SourceKind.ESTIMATE)
    return Predicted(
        message=found.said(_sentence(args, predicted, unknown, records)),
        predictions=[PredictedTask(**vars(one)) for one in predicted],
        unpredictable=unknown,
        total_estimated_cost=total,
        monthly_average=to_cents(total / args.months_ahead),
    )


def _predict(records: Travel, today: dt.date, until: dt.date) -> tuple[list[maintenance.Prediction], set[str]]:
    """Return what comes up until a day, and the tasks that can be foreseen at all."""
    tasks = maintenance.by_task(records.maintenance)
    due = maintenance.upcoming(records.maintenance, records.fuel)
    found = [
        prediction
        for one in due
        for prediction in maintenance.predictions(one, maintenance.expected_cost(tasks[one.task]), today, until)
    ]
    return sorted(found, key=lambda one: (one.due_date, one.task)), {one.task for one in due}


def _sentence(args: Horizon, found: list[maintenance.Prediction], unknown: list[str], records: Travel) -> str:
    """Say what comes up, and what cannot be said."""
    if not records.maintenance:
        return "No maintenance is logged yet, so I cannot predict any. Tell me what was done on your vehicle, and when."
    rest = f" Of {listed(unknown)} there are too few records to say when." if unknown else ""
    if not found:
        return f"Nothing that I can foresee comes up in the next {counted(args.months_ahead, 'month')}.{rest}"
    priced = [one for one in found if one.estimated_cost is not None]
    total = sum((one.estimated_cost or ZERO for one in priced), ZERO)
    about = (
        f"about {spoken(total)}" if len(priced) == len(found) else f"about {spoken(total)} for those with known prices"
    )
    first = found[0]
    when = "overdue" if first.overdue else f"due on {spoken_day(first.due_date)}"
    return (
        f"In the next {counted(args.months_ahead, 'month')} {counted(len(found), 'task')} may come up, {about};"
        f" first {first.task}, {when} ({round(first.confidence * 100)}% sure: {first.basis}).{rest}"
    )
