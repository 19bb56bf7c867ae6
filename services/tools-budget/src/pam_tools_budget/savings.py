"""The savings guarantee: what a month's confirmed savings are measured by. Pure."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from pam_tools_budget import rules
from pam_tools_budget.settings import BudgetSettings


@dataclass(frozen=True)
class Guarantee:
    """PAM saves a member at least this much in a calendar month; it is also what a month costs."""

    threshold: Decimal

    def met(self, total: Decimal) -> bool:
        """Whether so much is enough."""
        return total >= self.threshold

    def shortfall(self, total: Decimal) -> Decimal:
        """Return what is missing, never less than nothing."""
        return max(Decimal(0), self.threshold - total)

    def percentage(self, total: Decimal) -> Decimal:
        """Return the share that is saved, in percent with one place; it may exceed 100."""
        return rules.percent_used(total, self.threshold)


@asynccontextmanager
async def open_guarantee(settings: BudgetSettings) -> AsyncIterator[Guarantee]:
    """Yield the guarantee the settings name, for the tools to find in their context."""
    yield Guarantee(settings.savings_guarantee_threshold)
