"""A member's records as several tools hand them out."""

import datetime as dt
from collections.abc import Iterable
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from pam_shared.money import Total
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.rules import Period


class Row(BaseModel):
    """A record, read from what a query returned."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, found: Iterable[object]) -> list[Self]:
        """Return the records as they are handed out."""
        return [cls.model_validate(one) for one in found]


class ExpenseRow(Row):
    """An expense."""

    id: UUID
    amount: Total
    category: ExpenseCategory
    description: str | None
    date: dt.date
    location: str | None


class BudgetRow(Row):
    """A budget, for each of its periods."""

    category: ExpenseCategory
    amount: Total
    period: Period


class IncomeRow(Row):
    """Income."""

    amount: Total
    source: str
    date: dt.date


class SavingRow(Row):
    """A saving; one that is not confirmed is PAM's estimate and counts nowhere."""

    id: UUID
    amount: Total
    category: str
    description: str | None
    event_type: str
    saved_date: dt.date
    confirmed: bool


class HustleRow(Row):
    """Work on a side-income idea, and what it earned."""

    hustle_id: UUID
    title: str
    status: str
    earnings: Total
    hours_spent: float
    start_date: dt.date
