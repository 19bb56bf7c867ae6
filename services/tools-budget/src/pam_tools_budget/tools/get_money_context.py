"""How a member's money stands, as every conversation begins with it."""

from pydantic import BaseModel

from pam_shared.money import Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.queries import standing
from pam_tools_budget.savings import Guarantee

DAYS = 30


class BudgetStanding(BaseModel):
    """A monthly budget; ``left`` is negative when overspent."""

    category: ExpenseCategory
    budgeted: Total
    spent: Total
    left: Total
    status: rules.Standing


class Standing(Result):
    """The last 30 days' money, the monthly budgets and what the month's savings promise, in one answer."""

    income: Total
    expenses: Total
    net: Total
    budgets: list[BudgetStanding]
    saved_this_month: Total
    savings_promised: Total

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on record."""
        return not (self.income or self.expenses or self.budgets or self.saved_this_month)


@tool(effect="read", timeout=2, visibility="internal")
async def get_money_context(ctx: ToolContext, _args: Arguments) -> Standing:
    """Tell how a member's money stands: the last 30 days, this month's budgets and savings."""
    month = rules.window_of(rules.Period.MONTHLY, ctx.today)
    sums = await standing.sums(ctx.db, rules.last_days(DAYS, ctx.today), month)
    guarantee: Guarantee = ctx.resources
    return Standing(
        message=f"In the last {DAYS} days {spoken(sums.income)} came in and {spoken(sums.expenses)} went out.",
        income=sums.income,
        expenses=sums.expenses,
        net=sums.income - sums.expenses,
        budgets=[_standing(budget) for budget in await standing.budgets(ctx.db, month)],
        saved_this_month=sums.saved,
        savings_promised=guarantee.threshold,
    )


def _standing(budget: standing.Used) -> BudgetStanding:
    return BudgetStanding(
        category=budget.category,
        budgeted=budget.amount,
        spent=budget.spent,
        left=budget.amount - budget.spent,
        status=rules.standing(budget.spent, budget.amount),
    )
