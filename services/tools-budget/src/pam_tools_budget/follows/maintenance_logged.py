"""Maintenance a member logged is an expense."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel

from pam_shared.money import to_cents
from pam_shared.tools.following import EventContext, follow
from pam_tools_budget import costs
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.queries.expenses import NewExpense


class MaintenanceLogged(BaseModel):
    """What this worker needs to know of work on a vehicle."""

    maintenance_id: UUID
    date: dt.date
    cost: Decimal | None = None
    maintenance_type: str | None = None
    description: str | None = None


@follow("trip", "maintenance_logged")
async def maintenance_logged(ctx: EventContext, event: MaintenanceLogged) -> None:
    """Write down what work on a vehicle cost, where that is known."""
    cost = to_cents(event.cost or Decimal(0))
    if cost <= 0:
        return
    kind = (event.maintenance_type or "").replace("_", " ")
    category = ExpenseCategory.REPAIR if "repair" in kind.lower() else ExpenseCategory.MAINTENANCE
    text = (event.description or kind)[:500] or None
    await costs.record(
        ctx, "maintenance_logged", NewExpense(cost, category, text, event.date, None, event.maintenance_id)
    )
