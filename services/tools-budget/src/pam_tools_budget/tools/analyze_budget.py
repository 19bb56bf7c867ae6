"""The health of every budget."""

from decimal import Decimal

from pydantic import Field

from pam_shared.contracts.tools import SourceKind
from pam_shared.money import Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import advice, rules
from pam_tools_budget.budget_status import BudgetStatus
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.forecast import forecasts
from pam_tools_budget.queries import budgets, expenses


class Question(Arguments):
    """Which period, and what beside it."""

    period: rules.Period = Field(rules.Period.MONTHLY, description="Budgets of this period, in its current one.")
    include_predictions: bool = Field(True, description="Add what each category will cost by the period's end.")
    include_recommendations: bool = Field(True, description="Add what the member could do.")


class Analysis(Result):
    """Spending of the current period beside its budgets, the dearest category first."""

    period: rules.Period
    total_spending: Total
    spending_by_category: dict[ExpenseCategory, Total]
    budget_status: list[BudgetStatus]
    expense_count: int
    predictions: dict[ExpenseCategory, Total] = Field(description="What each category will cost at this pace.")
    recommendations: list[str]

    @property
    def is_empty(self) -> bool:
        """Whether there is neither spending nor a budget."""
        return not (self.expense_count or self.budget_status)


@tool(effect="read", timeout=4)
async def analyze_budget(ctx: ToolContext, args: Question) -> Analysis:
    """Check the health of the member's budgets: what is spent, left or over, where it is heading, what to do."""
    window = rules.window_of(args.period, ctx.today)
    spent = await expenses.spent_by_category(ctx.db, window, None)
    totals = {row.category: row.total for row in spent}
    known = await budgets.of_period(ctx.db, args.period)
    statuses = [BudgetStatus.of(budget, totals.get(budget.category, Decimal(0))) for budget in known]
    predictions = await _predictions(ctx, window) if args.include_predictions else {}
    left = (window.end - ctx.today).days
    result = Analysis(
        message=_sentence(args.period, statuses, sum(totals.values(), Decimal(0))),
        period=args.period,
        total_spending=sum(totals.values(), Decimal(0)),
        spending_by_category=totals,
        budget_status=statuses,
        expense_count=sum(row.count for row in spent),
        predictions=predictions,
        recommendations=advice.on_budgets(statuses, totals, predictions, left) if args.include_recommendations else [],
    )
    result.message = " ".join([result.message, *result.recommendations])
    await log_calculation(ctx, "analyze_budget", args, result)
    return result


async def _predictions(ctx: ToolContext, window: rules.Window) -> dict[ExpenseCategory, Decimal]:
    ctx.cite("projection of your expenses", ctx.now, SourceKind.ESTIMATE)
    found = forecasts(await expenses.spent_by_day(ctx.db, window, ctx.today), window, ctx.today)
    return {category: row.projected_total for category, row in found.by_category.items()}


def _sentence(period: rules.Period, statuses: list[BudgetStatus], total: Decimal) -> str:
    if not (statuses or total):
        return f"You have no {period} budget and no expenses {period.spoken}. Tell me an amount and I will set one."
    head = f"You have spent {spoken(total)} {period.spoken}."
    if not statuses:
        return f"{head} You have no {period} budget yet."
    parts = [f"{len(found)} {word}" for word, found in _by_standing(statuses).items() if found]
    budgets_are = "Of your budgets" if len(statuses) > 1 else "Of your one budget"
    return f"{head} {budgets_are}, {', '.join(parts)}."


def _by_standing(statuses: list[BudgetStatus]) -> dict[str, list[BudgetStatus]]:
    words = {rules.Standing.OVER: "over", rules.Standing.WARNING: "nearly used up", rules.Standing.GOOD: "on track"}
    return {word: [row for row in statuses if row.status is standing] for standing, word in words.items()}
