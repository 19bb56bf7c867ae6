"""A member set a budget."""

from pam_shared.tools.following import EventContext, follow
from pam_tools_insight import usage


@follow("budget", "budget_set")
async def budget_set(ctx: EventContext, _: usage.Done) -> None:
    """Count it."""
    await usage.note(ctx, "budgets")
