"""Everything in one view: the report, the overview, and the records other services ask for."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest

from pam_shared.errors import InvalidRequestError
from pam_tools_budget.queries import expenses
from pam_tools_budget.tools.add_hustle_idea import add_hustle_idea
from pam_tools_budget.tools.export_budget_report import export_budget_report
from pam_tools_budget.tools.get_finance_summary import get_finance_summary
from pam_tools_budget.tools.get_money_records import get_money_records
from pam_tools_budget.tools.log_hustle_attempt import log_hustle_attempt
from pam_tools_budget.tools.log_income import log_income
from pam_tools_budget.tools.track_savings import track_savings

TODAY = date(2026, 5, 13)


@pytest.fixture
async def kept(ledger):
    """A member with two months of everything."""
    await ledger.spend("45.10", description="Shell, Elko", location="Elko, NV")
    await ledger.spend("100", "repair", date=date(2026, 5, 1))
    await ledger.spend("7", "food", date=date(2026, 4, 30))
    await ledger.budget("300")
    await ledger.budget("80", period="weekly")
    await ledger.budget("50", "food", period="weekly")
    await ledger.run(track_savings, amount_saved=11, category="gas", confirmed=True)
    await ledger.run(track_savings, amount_saved=99, category="route")
    await ledger.run(log_income, amount=480, source="workamping", date=date(2026, 5, 2))
    return ledger


async def test_a_report_holds_the_figures_and_the_records_they_come_from(kept):
    """R-T1: this month where no days are given; a budget counts once for each of its periods."""
    result = await kept.run(export_budget_report)
    report, sums = result.report, result.report.summary
    assert (report.period.start_date, report.period.end_date) == (date(2026, 5, 1), TODAY)
    assert (sums.total_expenses, sums.expense_count) == (Decimal("145.10"), 2)
    assert sums.total_budgeted == 300 + 50 * 3  # of gas the monthly one; three weeks have a day in these days
    assert sums.budget_remaining == Decimal("404.90")  # repair has no budget
    assert (sums.total_savings, sums.savings_event_count) == (11, 1)
    assert [row.amount for row in report.expenses] == [Decimal("45.10"), 100]
    assert [(row.category.value, row.period.value) for row in report.budgets] == [
        ("food", "weekly"),
        ("gas", "monthly"),
        ("gas", "weekly"),
    ]
    assert [row.confirmed for row in report.savings_events] == [False, True]
    assert (result.csv, result.truncated) == (None, False)
    assert result.message == (
        "Your report from May 1, 2026 to May 13, 2026: $145.10 spent in 2 expenses, $450.00 budgeted,"
        " of which $404.90 are left, $11.00 saved."
    )


async def test_a_report_can_be_text_for_a_spreadsheet(kept):
    """R-T1: each record on a line, commas and quotes as spreadsheets read them."""
    await kept.spend("5", "food", description='=HYPERLINK("x")')
    result = await kept.run(export_budget_report, format="csv", start_date="2026-04-30")
    rows = list(csv.DictReader(StringIO(result.csv)))
    assert [row["record"] for row in rows] == ["expense"] * 4 + ["budget"] * 3 + ["saving"] * 2
    assert rows[0]["description"] == '\'=HYPERLINK("x")'
    assert {key: rows[1][key] for key in ("date", "category", "amount", "description", "location")} == {
        "date": "2026-05-13",
        "category": "gas",
        "amount": "45.10",
        "description": "Shell, Elko",
        "location": "Elko, NV",
    }
    assert sum(Decimal(row["amount"]) for row in rows if row["record"] == "expense") == Decimal("157.10")
    assert (result.report.expenses, result.report.budgets) == ([], [])


async def test_a_summary_report_holds_no_records(kept):
    """R-T1: figures for paper."""
    result = await kept.run(export_budget_report, format="summary", start_date="2026-04-01", end_date="2026-04-30")
    assert (result.report.expenses, result.csv) == ([], None)
    assert result.report.summary.total_expenses == 7
    assert result.report.summary.total_budgeted == 300 + 50 * 5


@pytest.mark.parametrize(
    "asked",
    [
        {"start_date": "2026-05-02", "end_date": "2026-05-01"},
        {"start_date": "0001-01-01"},
        {"end_date": "9999-12-31"},
        {"format": "pdf"},
    ],
)
async def test_a_report_of_no_days_is_refused(ledger, asked):
    """R-T3: the field is named."""
    with pytest.raises(InvalidRequestError, match=r"date|format"):
        await ledger.run(export_budget_report, **asked)


async def test_a_report_of_nothing_says_so(ledger):
    """R-T5: "no results" is an outcome of its own."""
    result = await ledger.run(export_budget_report)
    assert result.is_empty
    assert result.message.startswith("There is nothing to report from May 1, 2026 to May 13, 2026")


async def test_a_report_of_one_expense_counts_it_as_one(ledger):
    """R-T5: sentences for members."""
    await ledger.spend(48, "campground")
    told = (await ledger.run(export_budget_report)).message
    assert told == "Your report from May 1, 2026 to May 13, 2026: $48.00 spent in 1 expense."


async def test_what_does_not_fit_a_message_is_left_out_and_said_to_be(ledger, monkeypatch):
    """R-T5: partial is told; the figures are of everything."""
    for day in range(1, 6):
        await ledger.spend("10", date=date(2026, 5, day), description="x" * 100)
    monkeypatch.setattr(expenses, "ROOM", 600)
    result = await ledger.run(export_budget_report)
    assert [row.date.day for row in result.report.expenses] == [5, 4]
    assert (result.truncated, result.report.summary.total_expenses) == (True, 50)
    assert "It lists the latest of them only" in result.message


async def test_income_expenses_and_budgets_are_seen_together(kept):
    """R-D4: what is left is income less expenses, to the cent."""
    result = await kept.run(get_finance_summary)
    totals = result.totals
    assert (totals.income, totals.expenses, totals.net) == (480, Decimal("152.10"), Decimal("327.90"))
    assert (len(result.budgets), len(result.expenses), len(result.income_entries)) == (3, 3, 1)
    assert result.message == (
        "In the last 30 days you earned $480.00 and spent $152.10: $327.90 are left. You have 3 budgets."
    )
    last = await kept.run(get_finance_summary, days=1)
    assert last.message == (
        "Today you spent $45.10. No income is on record, so I can't say what is left. You have 3 budgets."
    )


async def test_spending_more_than_came_in_is_said(ledger):
    """R-D4: a negative balance is told as one."""
    await ledger.run(log_income, amount=10, source="sale")
    await ledger.spend("30.01")
    result = await ledger.run(get_finance_summary, days=7)
    assert result.message == (
        "In the last 7 days you earned $10.00 and spent $30.01: that is $20.01 more than came in."
        " You have no budget yet."
    )


async def test_an_overview_lists_the_latest_fifty_and_sums_all(ledger):
    """R-T5: what is not listed is in the totals."""
    for n in range(51):
        await ledger.spend("1", date=TODAY - timedelta(days=n % 20))
    result = await ledger.run(get_finance_summary)
    assert (len(result.expenses), result.truncated, result.totals.expenses) == (50, True, 51)


async def test_an_overview_of_nothing_says_so(ledger):
    """R-T5: "no results" is an outcome of its own."""
    assert (await ledger.run(get_finance_summary)).is_empty
    await ledger.budget("5")
    only = await ledger.run(get_finance_summary)
    assert (only.is_empty, only.message) == (
        False,
        "In the last 30 days nothing was spent or earned. You have 1 budget.",
    )


async def test_income_is_written_down_and_its_month_is_told(ledger):
    """R-D4: the sum is the month's."""
    await ledger.run(log_income, amount="20.05", source="sale", date=date(2026, 4, 30))
    await ledger.run(log_income, amount="20", source="sale", date=date(2026, 5, 1))
    result = await ledger.run(log_income, amount=480, source="workamping", type="wage")
    assert result.message == "Recorded $480.00 from workamping. You have earned $500.00 this month."
    assert (result.income_entry.date, result.income_entry.type) == (TODAY, "wage")
    with pytest.raises(InvalidRequestError, match="date: 2026-06-01 is in the future; income is recorded"):
        await ledger.run(log_income, amount=1, source="x", date="2026-06-01")


async def test_other_services_are_handed_the_records_of_some_days(kept):
    """R-T1: the shapes they rely on, money as decimal strings."""
    idea = await kept.run(add_hustle_idea, title="Detailing")
    await kept.run(log_hustle_attempt, hustle_id=idea.idea.id, hours_spent=4, earnings=85)
    reply = await kept.reply(get_money_records, start_date="2026-05-01", end_date="2026-05-31")
    data = reply.data
    assert data["expenses"][0] == {
        "id": data["expenses"][0]["id"],
        "amount": "45.10",
        "category": "gas",
        "description": "Shell, Elko",
        "date": "2026-05-13",
        "location": "Elko, NV",
    }
    assert (len(data["expenses"]), data["truncated"]) == (2, False)
    assert data["income"] == [{"amount": "480.00", "source": "workamping", "date": "2026-05-02"}]
    assert data["budgets"][0] == {"category": "food", "amount": "50.00", "period": "weekly"}
    assert data["hustles"] == [
        {
            "hustle_id": str(idea.idea.id),
            "title": "Detailing",
            "status": "active",
            "earnings": "85.00",
            "hours_spent": 4.0,
            "start_date": "2026-05-13",
        }
    ]
    assert [(row["amount"], row["confirmed"]) for row in data["savings"]] == [("99.00", False), ("11.00", True)]


async def test_records_of_no_days_are_refused(ledger):
    """R-T3: the field is named."""
    with pytest.raises(InvalidRequestError, match="end_date must not be before start_date"):
        await ledger.run(get_money_records, start_date="2026-05-02", end_date="2026-05-01")
