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


class ExpenseCorrected(DomainEvent):
    """A member put an expense right; this is what it is now."""

    domain: ClassVar[str] = "budget"
    name: ClassVar[str] = "expense_corrected"

    expense_id: UUID
    amount: Total
    category: ExpenseCategory
    date: date


class ExpenseDeleted(DomainEvent):
    """A member took back an expense; this is what it was."""

    domain: ClassVar[str] = "budget"
    name: ClassVar[str] = "expense_deleted"

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


class BalanceNegative(DomainEvent):
    """With an expense a member came to have spent more in a month than came in."""

    domain: ClassVar[str] = "budget"
    name: ClassVar[str] = "balance_negative"

    period_start: date
    income: Total
    spent: Total
    balance: Total


class IncomeLogged(DomainEvent):
    """A member earned money."""

    domain: ClassVar[str] = "budget"
    name: ClassVar[str] = "income_logged"

    income_id: UUID
    amount: Total
    source: str
    date: date


class SavingRecorded(DomainEvent):
    """A member saved money, or PAM believes so while it is not confirmed."""

    domain: ClassVar[str] = "budget"
    name: ClassVar[str] = "saving_recorded"

    saving_id: UUID
    amount: Total
    category: str
    event_type: str
    confirmed: bool
    saved_date: date


class SavingConfirmed(DomainEvent):
    """A member said what a saving really was."""

    domain: ClassVar[str] = "budget"
    name: ClassVar[str] = "saving_confirmed"

    saving_id: UUID
    amount: Total
    saved_date: date


class ThresholdCrossed(DomainEvent):
    """A member's confirmed savings of a month reached the guarantee for the first time."""

    domain: ClassVar[str] = "savings"
    name: ClassVar[str] = "threshold_crossed"

    period_start: date
    total: Total
    threshold: Total
