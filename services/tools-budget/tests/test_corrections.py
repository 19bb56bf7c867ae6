"""Expenses that are on record: listed, put right, taken back."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from pam_shared.errors import InvalidRequestError, NotFoundError
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.events import BalanceNegative, ExpenseCorrected, ExpenseDeleted, ExpenseRecorded
from pam_tools_budget.tools.delete_expense import delete_expense
from pam_tools_budget.tools.list_expenses import list_expenses
from pam_tools_budget.tools.log_income import log_income
from pam_tools_budget.tools.update_expense import update_expense

TODAY = date(2026, 5, 13)


async def correct(ledger, expense, **changes):
    return await ledger.run(update_expense, expense_id=str(expense.id), **changes)


async def test_a_slip_of_the_amount_is_put_right_and_the_month_is_told(ledger):
    """A member who typed 540 for 450 has spent 450; nothing is recorded twice."""
    await ledger.spend("20", "repair")
    slip = (await ledger.spend("540", "repair", description="brakes", location="Elko")).expense
    result = await correct(ledger, slip, amount=450)
    assert result.message == (
        "That is $450.00 for repair now, not $540.00 for repair. You have spent $470.00 on repair this month."
    )
    assert result.expense == slip.model_copy(update={"amount": Decimal(450)})
    assert (await ledger.summary()).total_amount == 470
    assert ledger.events[-1] == ExpenseCorrected(
        expense_id=slip.id, amount=Decimal(450), category=ExpenseCategory.REPAIR, date=TODAY
    )


async def test_category_day_and_words_can_be_put_right_and_the_rest_stays(ledger):
    """What is not named stays; an empty text removes."""
    slip = (await ledger.spend("30", "gas", description="Pilot", location="Elko")).expense
    moved = await correct(ledger, slip, category="diesel", date=TODAY - timedelta(days=1))
    assert moved.message.startswith("That is $30.00 for diesel on May 12 now, not $30.00 for gas on May 13.")
    assert (moved.expense.description, moved.expense.location) == ("Pilot", "Elko")
    bare = await correct(ledger, slip, description="")
    assert (bare.expense.description, bare.expense.location, bare.expense.category) == (None, "Elko", "diesel")
    assert (await ledger.summary(category="gas")).total_amount == 0


async def test_what_is_right_already_changes_nothing(ledger):
    """No event tells of a correction that was none."""
    told = (await ledger.spend("30")).expense
    result = await correct(ledger, told, amount=30, category="gas")
    assert result.message.startswith("It stands as $30.00 for gas already.")
    assert [type(event) for event in ledger.events] == [ExpenseRecorded]


async def test_a_correction_is_held_to_what_a_new_expense_is(ledger):
    """Nothing below a cent, nothing of the day after tomorrow; and it stands as it was."""
    slip = (await ledger.spend("30")).expense
    with pytest.raises(InvalidRequestError, match=r"^amount: .* \(it was 0\)"):
        await correct(ledger, slip, amount=0)
    with pytest.raises(InvalidRequestError, match="is in the future"):
        await correct(ledger, slip, date=TODAY + timedelta(days=2))
    assert (await ledger.run(list_expenses)).expenses == [slip]


async def test_a_correction_that_spends_more_than_was_earned_alerts_once(ledger):
    """R-D4: also when it is a correction that makes the balance negative."""
    await ledger.run(log_income, amount=100, source="workamping")
    slip = (await ledger.spend("90", "repair")).expense
    told = await correct(ledger, slip, amount=190)
    assert told.message.endswith(" With that you have spent $90.00 more this month than the $100.00 you earned.")
    await correct(ledger, slip, amount=180)
    assert [type(event) for event in ledger.events].count(BalanceNegative) == 1


async def test_an_expense_is_taken_back(ledger):
    """The proposal names what would go; its sum goes with it; a second time there is nothing."""
    await ledger.spend("5")
    wrong = (await ledger.spend("45.50", description="Shell")).expense
    async with ledger.context() as ctx:
        result = await delete_expense(ctx, delete_expense.input_model(expense_id=wrong.id))
    assert ctx.proposal == "Delete the expense of $45.50 for gas (“Shell”) on May 13"
    assert result.message == "The expense of $45.50 for gas is deleted. You have spent $5.00 on gas this month."
    assert not (await ledger.run(delete_expense, expense_id=str(wrong.id))).deleted
    assert [event.expense_id for event in ledger.events if isinstance(event, ExpenseDeleted)] == [wrong.id]
    assert (await ledger.summary()).total_amount == 5


async def test_another_members_expense_is_not_there(ledger, new_ledger):
    """R-S2: neither seen, nor changed, nor deleted."""
    theirs = (await ledger.spend("45")).expense
    other = new_ledger()
    with pytest.raises(NotFoundError, match="list_expenses"):
        await correct(other, theirs, amount=1)
    assert not (await other.run(delete_expense, expense_id=str(theirs.id))).deleted
    assert (await other.run(list_expenses)).expenses == []
    assert (await ledger.run(list_expenses)).expenses == [theirs]
    with pytest.raises(NotFoundError):
        await ledger.run(update_expense, expense_id=str(uuid4()), amount=1)


async def test_single_expenses_are_listed_the_newest_first(ledger):
    """By category and days, and never more than asked for."""
    await ledger.spend("1", date=TODAY - timedelta(days=40))
    await ledger.spend("2", "food", description="pizza")
    await ledger.spend("3")
    listed = await ledger.run(list_expenses)
    assert listed.message == (
        "Your latest expenses: $3.00 for gas on May 13; $2.00 for food (“pizza”) on May 13; $1.00 for gas on April 3."
    )
    assert [one.amount for one in (await ledger.run(list_expenses, category="gas", days=30)).expenses] == [3]
    cut = await ledger.run(list_expenses, limit=2)
    assert (len(cut.expenses), cut.truncated) == (2, True)
    assert (await ledger.run(list_expenses, category="phone", days=7)).message == (
        "No expense for phone is on record of the last 7 days."
    )


async def test_each_change_is_in_the_financial_audit_log(ledger):
    """R-D4: what was, and what the sum is since."""
    slip = (await ledger.spend("45")).expense
    await correct(ledger, slip, amount=54)
    await ledger.run(delete_expense, expense_id=str(slip.id))
    assert [(name, result.get("was"), result["total"]) for name, _, result in await ledger.audited()] == [
        ("create_expense", None, "45.00"),
        ("update_expense", "45.00", "54.00"),
        ("delete_expense", "54.00", "0.00"),
    ]
