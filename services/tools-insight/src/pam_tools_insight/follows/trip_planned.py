"""A member planned a trip."""

from pam_shared.tools.following import EventContext, follow
from pam_tools_insight import usage


@follow("trip", "trip_planned")
async def trip_planned(ctx: EventContext, _: usage.Done) -> None:
    """Count it."""
    await usage.note(ctx, "trip_planning")
