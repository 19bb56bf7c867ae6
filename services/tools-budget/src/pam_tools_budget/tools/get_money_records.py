"""A member's money, record by record, for other services."""

from typing import Self

from pydantic import Field, model_validator

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget.queries import budgets, expenses, hustles, income, savings
from pam_tools_budget.records import BudgetRow, ExpenseRow, HustleRow, IncomeRow, SavingRow
from pam_tools_budget.rules import Day, Window

MOST = 2000


class Days(Arguments):
    """Which days, both included."""

    start_date: Day = Field(examples=["2026-05-01"], description="First day.")
    end_date: Day = Field(examples=["2026-05-31"], description="Last day.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_date < self.start_date:
            raise ValueError("end_date must not be before start_date")
        return self


class Records(Result):
    """Everything of these days, the newest first; ``truncated`` when there is more than 2,000 of a kind."""

    expenses: list[ExpenseRow]
    income: list[IncomeRow]
    budgets: list[BudgetRow]
    hustles: list[HustleRow]
    savings: list[SavingRow]
    truncated: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on record."""
        return not (self.expenses or self.income or self.budgets or self.hustles or self.savings)


@tool(effect="read", timeout=4, visibility="internal")
async def get_money_records(ctx: ToolContext, args: Days) -> Records:
    """Hand out a member's expenses, income, side income and savings of some days, and their budgets."""
    window = Window(args.start_date, args.end_date)
    paid, more_paid = await expenses.newest(ctx.db, window, MOST)
    earned, more_earned = await income.newest(ctx.db, window, MOST)
    result = Records(
        message="",
        expenses=ExpenseRow.of(paid),
        income=IncomeRow.of(earned),
        budgets=BudgetRow.of(await budgets.of_member(ctx.db)),
        hustles=HustleRow.of(await hustles.attempts(ctx.db, window)),
        savings=SavingRow.of(await savings.newest(ctx.db, window)),
        truncated=more_paid or more_earned,
    )
    result.message = f"{len(result.expenses)} expenses and {len(result.income)} income entries are on record."
    return result
