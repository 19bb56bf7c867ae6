"""Whether a budget fits what is really spent."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from pam_shared.money import Total, spoken, to_cents
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.budget_status import leading
from pam_tools_budget.categories import Category
from pam_tools_budget.queries import budgets, expenses
from pam_tools_budget.queries.budgets import Budget

PERIODS = 3
Suggestion = Literal["increase_budget", "reduce_budget", "budget_on_track"]


class Question(Arguments):
    """Which budget."""

    category: Category


class Adjustment(Result):
    """What to do with a budget. ``spent`` is what a typical period costs, of ``periods`` whole ones."""

    suggestion: Suggestion | None = None
    spent: Total = Decimal(0)
    budgeted: Total = Decimal(0)
    percent_used: Decimal = Decimal(0)
    suggested_amount: Total | None = Field(None, description="What the budget could be; null when it can stay.")
    periods: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is no budget, or nothing to judge it by."""
        return self.suggestion is None


@tool(effect="read", timeout=4, records="your budgets")
async def suggest_budget_adjustment(ctx: ToolContext, args: Question) -> Adjustment:
    """Say whether a category's budget should go up, go down or stay, from what the last whole periods really cost."""
    budget = leading(await budgets.of_member(ctx.db, args.category))
    if budget is None:
        none = f"You have no {args.category.spoken} budget yet. Tell me an amount and I will set one."
        return Adjustment(message=none)
    costs = await _costs(ctx, budget)
    if not costs:
        whole = f"one whole {budget.period.noun} of {args.category.spoken} expenses"
        return Adjustment(message=f"I need {whole} to judge your budget by.", budgeted=budget.amount)
    typical = to_cents(sum(costs, Decimal(0)) / len(costs))
    better = rules.better_budget(typical, budget.amount)
    result = Adjustment(
        message=_sentence(budget, typical, better, len(costs)),
        suggestion=_suggestion(better, budget.amount),
        spent=typical,
        budgeted=budget.amount,
        percent_used=rules.percent_used(typical, budget.amount),
        suggested_amount=better,
        periods=len(costs),
    )
    await log_calculation(ctx, "suggest_budget_adjustment", args, result)
    return result


async def _costs(ctx: ToolContext, budget: Budget) -> list[Decimal]:
    """Return what the last whole periods cost, those before the category's first expense left out."""
    windows = rules.previous(budget.period, ctx.today, PERIODS)
    costs = [await expenses.spent_on(ctx.db, budget.category, window) for window in windows]
    while costs and not costs[-1]:
        costs.pop()
    return costs


def _suggestion(better: Decimal | None, budgeted: Decimal) -> Suggestion:
    if better is None:
        return "budget_on_track"
    return "increase_budget" if better > budgeted else "reduce_budget"


def _sentence(budget: Budget, typical: Decimal, better: Decimal | None, periods: int) -> str:
    noun = budget.period.noun
    over = f"on average over the last {periods} whole {noun}s" if periods > 1 else f"in the last whole {noun}"
    head = f"Your {budget.period} {budget.category.spoken} budget is {spoken(budget.amount)}; you spent"
    head += f" {spoken(typical)} {over}."
    if better is None:
        return f"{head} It fits: leave it as it is."
    return f"{head} I suggest to {'raise' if better > budget.amount else 'lower'} it to {spoken(better)}."
