"""What this worker tells others."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pam_shared.contracts.events import DomainEvent
from pam_shared.money import Total
from pam_tools_budget.categories import ExpenseCategory
from pam_tools_budget.rules import Period


class ExpenseRecorded(DomainEvent):
    """A member spent money."""

    domain: ClassVar[str] = "budget"
    name: ClassVar[str] = "expense_recorded"

    expense_id: UUID
    amount: Total
    category: ExpenseCategory
    date: date


class BudgetSet(DomainEvent):
    """A member created or changed a budget."""

    domain: ClassVar[str] = "budget"
    name: ClassVar[str] = "budget_set"

    category: ExpenseCategory
    amount: Total
    period: Period
