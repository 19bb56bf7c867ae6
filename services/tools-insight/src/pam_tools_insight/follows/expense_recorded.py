"""A member spent money."""

from pam_shared.tools.following import EventContext, follow
from pam_tools_insight import usage


@follow("budget", "expense_recorded")
async def expense_recorded(ctx: EventContext, _: usage.Done) -> None:
    """Count it."""
    await usage.note(ctx, "expenses")
