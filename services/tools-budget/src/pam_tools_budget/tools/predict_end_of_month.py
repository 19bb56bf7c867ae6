"""Where this month's spending is going."""

from decimal import Decimal

from pydantic import Field

from pam_shared.contracts.tools import SourceKind
from pam_shared.money import Total
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.budget_status import BudgetStatus
from pam_tools_budget.categories import Category, ExpenseCategory
from pam_tools_budget.forecast import Forecast, Trend, forecasts, trend
from pam_tools_budget.queries import budgets, expenses
from pam_tools_budget.records import Row

Before = dict[ExpenseCategory, Decimal]


class Question(Arguments):
    """Which spending."""

    category: Category | None = None
    include_trends: bool = Field(True, description="Compare with the same days of last month.")


class Prediction(Row):
    """One category at the month's end; two thirds of months end between ``likely_low`` and ``likely_high``."""

    spent_so_far: Total
    daily_rate: Total
    projected_total: Total
    likely_low: Total
    likely_high: Total
    same_days_last_month: Total | None = None
    trend: Trend | None = None


class Predictions(Result):
    """Every category's month, and how sure the whole is (0 to 1) from what."""

    days_elapsed: int
    days_in_month: int
    predictions: dict[ExpenseCategory, Prediction]
    total_projected: Total
    vs_budget: list[BudgetStatus] = Field(description="Monthly budgets with the projected total as what is spent.")
    confidence: float
    basis: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was spent this month."""
        return not self.predictions


@tool(effect="read", timeout=4)
async def predict_end_of_month(ctx: ToolContext, args: Question) -> Predictions:
    """Project what the member will have spent by the end of this month, and say how sure that is and from what."""
    month = rules.window_of(rules.Period.MONTHLY, ctx.today)
    days = await expenses.spent_by_day(ctx.db, month, ctx.today, args.category)
    found = forecasts(days, month, ctx.today)
    before = await _last_month(ctx, args.category) if args.include_trends else None
    known = await budgets.of_period(ctx.db, rules.Period.MONTHLY, args.category)
    ctx.cite("projection of your expenses", ctx.now, SourceKind.ESTIMATE)
    ctx.confidence = found.whole.confidence
    result = Predictions(
        message=found.sentence(f" on {args.category.spoken}" if args.category else ""),
        days_elapsed=found.whole.elapsed,
        days_in_month=month.days,
        predictions={category: _prediction(category, row, before) for category, row in found.by_category.items()},
        total_projected=found.total,
        vs_budget=[
            BudgetStatus.of(row, found.by_category[row.category].projected_total)
            for row in known
            if row.category in found.by_category
        ],
        confidence=found.whole.confidence,
        basis=found.basis,
    )
    await log_calculation(ctx, "predict_end_of_month", args, result)
    return result


async def _last_month(ctx: ToolContext, category: Category | None) -> Before:
    rows = await expenses.spent_by_category(ctx.db, rules.same_days_last_month(ctx.today), category)
    return {row.category: row.total for row in rows}


def _prediction(category: ExpenseCategory, row: Forecast, before: Before | None) -> Prediction:
    prediction = Prediction.model_validate(row)
    if before is not None:
        prediction.same_days_last_month = before.get(category, Decimal(0))
        prediction.trend = trend(row.spent_so_far, prediction.same_days_last_month)
    return prediction
