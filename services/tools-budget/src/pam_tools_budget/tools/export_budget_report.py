"""A report of expenses, budgets and savings."""

import datetime as dt
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from pam_shared.clock import spoken_day
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.queries import budgets, expenses, savings
from pam_tools_budget.records import BudgetRow, ExpenseRow, SavingRow
from pam_tools_budget.report import Figures, as_csv, figures

MOST = 2000


class Wanted(Arguments):
    """Which report."""

    format: Literal["json", "csv", "summary"] = Field("json", description="csv for spreadsheets; summary: no records.")
    start_date: rules.Day | None = Field(None, description="First day; the first of the month if not given.")
    end_date: rules.Day | None = Field(None, description="Last day; today if not given.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise ValueError("end_date must not be before start_date")
        return self

    def window(self, today: dt.date) -> rules.Window:
        """Return the days that are meant."""
        end = self.end_date or max(today, self.start_date or today)
        return rules.Window(self.start_date or end.replace(day=1), end)


class Days(BaseModel):
    """The report's days, both included."""

    start_date: dt.date
    end_date: dt.date


class Report(BaseModel):
    """The figures and, unless a summary or csv was asked for, the records they come from."""

    period: Days
    summary: Figures
    expenses: list[ExpenseRow]
    budgets: list[BudgetRow]
    savings_events: list[SavingRow]


class Exported(Result):
    """The report; ``csv`` is its text where that was asked for, ``truncated`` says that records are missing in it."""

    report: Report
    csv: str | None
    truncated: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on record."""
        return self.report.summary.nothing


@tool(effect="read", timeout=6)
async def export_budget_report(ctx: ToolContext, args: Wanted) -> Exported:
    """Build a report of the member's expenses, budgets and savings: figures and records, csv text, or a summary."""
    window = args.window(ctx.today)
    paid, truncated = await expenses.newest(ctx.db, window, MOST)
    known, saved = await budgets.of_member(ctx.db), await savings.newest(ctx.db, window)
    spent = await expenses.spent_by_category(ctx.db, window, None)
    sums = figures(window, spent, known, saved)
    records = (ExpenseRow.of(paid), BudgetRow.of(known), SavingRow.of(saved))
    listed = records if args.format == "json" else ([], [], [])
    result = Exported(
        message=_sentence(window, sums, args, truncated=truncated),
        report=Report(
            period=Days(start_date=window.start, end_date=window.end),
            summary=sums,
            expenses=listed[0],
            budgets=listed[1],
            savings_events=listed[2],
        ),
        csv=as_csv(*records) if args.format == "csv" else None,
        truncated=truncated and args.format != "summary",
    )
    await log_calculation(ctx, "export_budget_report", args, sums)
    return result


def _sentence(window: rules.Window, sums: Figures, args: Wanted, *, truncated: bool) -> str:
    days = f"from {spoken_day(window.start)} to {spoken_day(window.end)}"
    if sums.nothing:
        return f"There is nothing to report {days}: no expenses, budgets or savings are on record."
    cut = " It lists the latest of them only; ask for fewer days to see all." if truncated else ""
    return f"{sums.sentence(days)}{cut if args.format != 'summary' else ''}"
