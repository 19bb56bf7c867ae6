"""A member filled up."""

from pam_shared.tools.following import EventContext, follow
from pam_tools_insight import usage


@follow("trip", "fuel_logged")
async def fuel_logged(ctx: EventContext, _: usage.Done) -> None:
    """Count it."""
    await usage.note(ctx, "fuel")
