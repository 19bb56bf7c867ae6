"""Budget against actual, category by category."""

from decimal import Decimal

from pydantic import BaseModel

from pam_shared.money import Total, spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.categories import Category
from pam_tools_budget.queries import budgets, expenses


class Question(Arguments):
    """Which budgets."""

    category: Category | None = None
    period: rules.Period = rules.Period.MONTHLY


class Comparison(BaseModel):
    """One budget; ``difference`` is what is left, negative when overspent."""

    category: Category
    budgeted: Total
    spent: Total
    difference: Total
    percent_used: Decimal
    status: rules.Standing

    def sentence(self, period: rules.Period) -> str:
        """Say how this budget is doing."""
        used = f"{spoken(self.spent)} of {spoken(self.budgeted)} ({self.percent_used}%)"
        rest = f"{spoken(self.difference)} left" if self.difference >= 0 else f"{spoken(-self.difference)} over"
        name = self.category.spoken
        return f"{name[0].upper()}{name[1:]}: {used} {period.spoken}, {rest}."


class Comparisons(Result):
    """Every budget asked for."""

    comparisons: list[Comparison]

    @property
    def is_empty(self) -> bool:
        """Whether there is no such budget."""
        return not self.comparisons


@tool(effect="read", timeout=4, records="your budgets")
async def compare_vs_budget(ctx: ToolContext, args: Question) -> Comparisons:
    """Compare what the member has spent in the current period with the budget of each category."""
    window = rules.window_of(args.period, ctx.today)
    known = await budgets.of_period(ctx.db, args.period, args.category)
    spent = {row.category: row.total for row in await expenses.spent_by_category(ctx.db, window, args.category)}
    found = [_compare(budget, spent.get(budget.category, Decimal(0))) for budget in known]
    result = Comparisons(message=_sentence(args, found), comparisons=found)
    await log_calculation(ctx, "compare_vs_budget", args, result)
    return result


def _compare(budget: budgets.Budget, spent: Decimal) -> Comparison:
    return Comparison(
        category=budget.category,
        budgeted=budget.amount,
        spent=spent,
        difference=budget.amount - spent,
        percent_used=rules.percent_used(spent, budget.amount),
        status=rules.standing(spent, budget.amount),
    )


def _sentence(args: Question, found: list[Comparison]) -> str:
    """Say how the budgets are doing."""
    if not found:
        which = f"{args.period} {args.category.spoken}" if args.category else args.period.value
        return f"You have no {which} budget yet. Tell me an amount and I will set one."
    return " ".join(comparison.sentence(args.period) for comparison in found)
