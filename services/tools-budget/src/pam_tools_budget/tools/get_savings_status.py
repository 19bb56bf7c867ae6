"""How a month's savings stand against the guarantee."""

import datetime as dt
from decimal import Decimal

from pydantic import Field

from pam_shared.money import Total, spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_budget import rules
from pam_tools_budget.queries import savings
from pam_tools_budget.savings import Guarantee


class Question(Arguments):
    """Which month."""

    month: str | None = Field(
        None, pattern=r"^20\d\d-(0[1-9]|1[0-2])$", description="Such as 2026-05; the member's present one if not given."
    )

    def window(self, today: dt.date) -> rules.Window:
        """Return the calendar month that is meant."""
        day = dt.date.fromisoformat(f"{self.month}-01") if self.month else today
        return rules.window_of(rules.Period.MONTHLY, day)


class Status(Result):
    """A month's confirmed savings; ``percentage_achieved`` may exceed 100, ``savings_shortfall`` is never negative."""

    guarantee_met: bool
    total_savings: Total
    subscription_cost: Total
    savings_shortfall: Total
    savings_count: int
    savings_events_count: int
    billing_period_start: dt.date
    billing_period_end: dt.date
    percentage_achieved: Decimal
    should_celebrate: bool = Field(description="Whether the guarantee is met: celebrate once in a billing period.")
    threshold: Total

    @property
    def is_empty(self) -> bool:
        """Whether nothing was saved."""
        return self.savings_count == 0


@tool(effect="read", timeout=2, records="your savings")
async def get_savings_status(ctx: ToolContext, args: Question) -> Status:
    """Tell what PAM saved the member in a month, as far as they confirmed it, against what PAM costs: the guarantee."""
    month = args.window(ctx.today)
    saved = await savings.month(ctx.db, month.start)
    guarantee: Guarantee = ctx.resources
    met = guarantee.met(saved.total)
    return Status(
        message=_sentence(saved, month, guarantee),
        guarantee_met=met,
        total_savings=saved.total,
        subscription_cost=guarantee.threshold,
        savings_shortfall=guarantee.shortfall(saved.total),
        savings_count=saved.count,
        savings_events_count=saved.count,
        billing_period_start=month.start,
        billing_period_end=month.end,
        percentage_achieved=guarantee.percentage(saved.total),
        should_celebrate=met,
        threshold=guarantee.threshold,
    )


def _sentence(saved: savings.Month, month: rules.Window, guarantee: Guarantee) -> str:
    of = f"{month.start:%B %Y}"
    waiting = f" {spoken(saved.predicted)} wait for your word." if saved.predicted else ""
    if not saved.count:
        return f"No confirmed savings are on record for {of}.{waiting} Tell me when PAM saved you money."
    head = f"You saved {spoken(saved.total)} in {of}"
    missing = guarantee.shortfall(saved.total)
    rest = f", {spoken(missing)} short of {spoken(guarantee.threshold)}" if missing else ": PAM has paid for itself"
    return f"{head}{rest}.{waiting}"
