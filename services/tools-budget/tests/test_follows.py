"""What others' events do to a member's money: costs on the road are expenses."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from pydantic import ValidationError

from pam_tools_budget.events import ExpenseRecorded
from pam_tools_budget.follows.fuel_logged import fuel_logged
from pam_tools_budget.follows.maintenance_logged import maintenance_logged
from pam_tools_budget.tools.get_finance_summary import get_finance_summary


def fill(**about):
    known = {"fuel_log_id": str(uuid4()), "date": "2026-05-12", "cost": "61.50", "odometer": 1200}
    return known | {"gallons": "15.000", "location": "Elko, NV", "fuel_type": "regular"} | about


async def paid(ledger):
    return (await ledger.run(get_finance_summary)).expenses


async def test_a_fill_is_an_expense(ledger):
    """R-T1: with its day, place and gallons; fields this worker does not know are no hindrance."""
    [told] = await ledger.follow(fuel_logged, fill())
    [expense] = await paid(ledger)
    assert (expense.amount, expense.category.value, expense.date) == (Decimal("61.50"), "gas", date(2026, 5, 12))
    assert (expense.description, expense.location) == ("Fuel log, 15 gallons", "Elko, NV")
    assert told == ExpenseRecorded(expense_id=expense.id, amount="61.50", category="gas", date="2026-05-12")
    assert [operation for operation, *_ in await ledger.audited()][0] == "fuel_logged"


@pytest.mark.parametrize(
    ("fuel_type", "category"),
    [("Diesel", "diesel"), ("propane", "propane"), ("electric", "utilities"), ("premium", "gas"), (None, "gas")],
)
async def test_each_fuel_is_filed_under_its_category(ledger, fuel_type, category):
    """R-T1: diesel is not gas."""
    await ledger.follow(fuel_logged, fill(fuel_type=fuel_type))
    assert [row.category.value for row in await paid(ledger)] == [category]


@pytest.mark.parametrize("cost", [None, "0", "0.004"])
async def test_what_cost_nothing_is_no_expense(ledger, cost):
    """R-T5: nothing is invented where no cost is known."""
    assert await ledger.follow(fuel_logged, fill(cost=cost)) == []
    work = {"maintenance_id": str(uuid4()), "date": "2026-05-12", "cost": cost}
    assert await ledger.follow(maintenance_logged, work) == []
    assert await paid(ledger) == []


async def test_a_fill_told_of_again_under_another_event_is_still_one_expense(ledger):
    """G4: a replay long after the first event is forgotten."""
    same = fill()
    assert len(await ledger.follow(fuel_logged, same)) == 1
    assert await ledger.follow(fuel_logged, same) == []
    assert len(await paid(ledger)) == 1


@pytest.mark.parametrize(
    ("kind", "category"), [("oil_change", "maintenance"), ("brake_repair", "repair"), (None, "maintenance")]
)
async def test_work_on_a_vehicle_is_an_expense(ledger, kind, category):
    """R-T1: repairs apart from maintenance."""
    work = {"maintenance_id": str(uuid4()), "date": "2026-05-12", "cost": 89.999, "maintenance_type": kind}
    await ledger.follow(maintenance_logged, work)
    [expense] = await paid(ledger)
    assert (expense.amount, expense.category.value) == (90, category)
    assert expense.description == (kind and kind.replace("_", " "))


async def test_the_descriptions_of_others_are_cut_to_fit(ledger):
    """R-T5: an event is not lost over a long text."""
    work = {"maintenance_id": str(uuid4()), "date": "2026-05-12", "cost": 5, "description": "x" * 900}
    await ledger.follow(maintenance_logged, work)
    await ledger.follow(fuel_logged, fill(location="y" * 900))
    assert {len(row.description) for row in await paid(ledger)} == {500, len("Fuel log, 15 gallons")}


async def test_an_event_that_is_none_is_refused(ledger):
    """G5: it goes to the dead letters, not into the books."""
    with pytest.raises(ValidationError):
        await ledger.follow(fuel_logged, {"cost": "5"})
