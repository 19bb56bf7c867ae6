"""Counting a month's savings: one change at a time, and others hear once when the guarantee is met."""

from datetime import date
from uuid import UUID

from pam_shared.tools.context import ToolContext
from pam_tools_budget import rules
from pam_tools_budget.events import ThresholdCrossed
from pam_tools_budget.queries import savings
from pam_tools_budget.savings import Guarantee


async def begin(ctx: ToolContext, day: date) -> rules.Window:
    """Lock the month of a saving that is about to change, until the call is committed, and return it."""
    guarantee: Guarantee = ctx.resources
    month = rules.window_of(rules.Period.MONTHLY, day)
    await savings.lock_month(ctx.db, ctx.user, month, guarantee.threshold)
    return month


async def count(ctx: ToolContext, month: rules.Window, changed: UUID) -> savings.Month:
    """Count a locked month anew, and tell others when this change is the first to meet the guarantee."""
    guarantee: Guarantee = ctx.resources
    counted = await savings.count_month(ctx.db, ctx.user, month, guarantee.threshold, changed)
    if counted.crossed:
        crossed = ThresholdCrossed(period_start=month.start, total=counted.total, threshold=guarantee.threshold)
        ctx.emit(crossed)
    return counted
