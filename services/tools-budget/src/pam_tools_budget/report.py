"""A budget report: its figures, and its records as text for spreadsheets. Pure."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

from pydantic import BaseModel, Field

from pam_shared.money import Total, spoken, to_cents
from pam_tools_budget import rules
from pam_tools_budget.budget_status import leading
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.queries.budgets import Budget
from pam_tools_budget.queries.expenses import Spent
from pam_tools_budget.queries.savings import Saving
from pam_tools_budget.records import BudgetRow, ExpenseRow, SavingRow

HEAD = ("record", "date", "category", "amount", "period", "description", "location", "confirmed")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet calculate instead of show."""


class Figures(BaseModel):
    """The report in figures; ``budget_remaining`` is what budgeted categories have left, savings are confirmed ones."""

    total_expenses: Total
    total_budgeted: Total = Field(description="Each category's budget, once for each of its periods within the days.")
    total_savings: Total
    budget_remaining: Total
    expense_count: int
    savings_event_count: int

    @property
    def nothing(self) -> bool:
        """Whether nothing is on record."""
        return not (self.expense_count or self.savings_event_count or self.total_budgeted)

    def sentence(self, days: str) -> str:
        """Say the figures of those days."""
        many = f"{self.expense_count} expense{'s'[: self.expense_count != 1]}"
        parts = [f"Your report {days}: {spoken(self.total_expenses)} spent in {many}"]
        if self.total_budgeted:
            left = self.budget_remaining
            rest = f"{spoken(left)} are left" if left >= 0 else f"nothing is left, {spoken(-left)} too much"
            parts.append(f"{spoken(self.total_budgeted)} budgeted, of which {rest}")
        if self.total_savings:
            parts.append(f"{spoken(self.total_savings)} saved")
        return f"{', '.join(parts)}."


def figures(window: rules.Window, spent: list[Spent], known: list[Budget], saved: list[Saving]) -> Figures:
    """Return the figures of a window."""
    by_category: dict[ExpenseCategory, list[Budget]] = defaultdict(list)
    for budget in known:
        by_category[budget.category].append(budget)
    counted = [best for its in by_category.values() if (best := leading(its))]
    budgeted = sum((row.amount * rules.touched(row.period, window) for row in counted), Decimal(0))
    confirmed = [saving.amount for saving in saved if saving.confirmed]
    return Figures(
        total_expenses=sum((row.total for row in spent), Decimal(0)),
        total_budgeted=budgeted,
        total_savings=sum(confirmed, Decimal(0)),
        budget_remaining=budgeted - sum((row.total for row in spent if row.category in by_category), Decimal(0)),
        expense_count=sum(row.count for row in spent),
        savings_event_count=len(confirmed),
    )


def as_csv(expenses: list[ExpenseRow], budgets: list[BudgetRow], savings: list[SavingRow]) -> str:
    """Return one line per record under a head line, as RFC 4180 has it."""
    text = StringIO()
    table = csv.writer(text)
    table.writerow(HEAD)
    table.writerows([_shown(cell) for cell in row] for row in _rows(expenses, budgets, savings))
    return text.getvalue()


def _rows(
    expenses: list[ExpenseRow], budgets: list[BudgetRow], savings: list[SavingRow]
) -> Iterator[tuple[object, ...]]:
    for paid in expenses:
        text, place = paid.description or "", paid.location or ""
        yield "expense", paid.date, paid.category.value, to_cents(paid.amount), "", text, place, ""
    for budget in budgets:
        yield "budget", "", budget.category.value, to_cents(budget.amount), budget.period.value, "", "", ""
    for saving in savings:
        said = "yes" if saving.confirmed else "no"
        yield "saving", saving.saved_date, saving.category, to_cents(saving.amount), "", saving.description, "", said


def _shown(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text
