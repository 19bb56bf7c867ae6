"""Fuel a member logged on a trip is an expense."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from pam_shared.money import to_cents
from pam_shared.tools.following import EventContext, follow
from pam_tools_budget import costs
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.queries.expenses import NewExpense

OTHER_FUELS = {
    "diesel": ExpenseCategory.DIESEL,
    "propane": ExpenseCategory.PROPANE,
    "electric": ExpenseCategory.UTILITIES,
}


class FuelLogged(BaseModel):
    """What this worker needs to know of a fill."""

    fuel_log_id: UUID
    date: dt.date
    cost: Decimal | None = None
    fuel_type: str | None = None
    gallons: Decimal | None = None
    location: str | None = None


@follow("trip", "fuel_logged")
async def fuel_logged(ctx: EventContext, event: FuelLogged) -> None:
    """Write down what a fill cost, where that is known."""
    cost = to_cents(event.cost or Decimal(0))
    if cost <= 0:
        return
    category = OTHER_FUELS.get((event.fuel_type or "").lower(), ExpenseCategory.GAS)
    gallons = f", {event.gallons.normalize():f} gallons" if event.gallons else ""
    place = (event.location or "")[:200] or None
    filled = NewExpense(cost, category, f"Fuel log{gallons}", event.date, place, event.fuel_log_id)
    await costs.record(ctx, "fuel_logged", filled)
