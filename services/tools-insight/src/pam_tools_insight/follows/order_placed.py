"""A member bought something."""

from pam_shared.tools.following import EventContext, follow
from pam_tools_insight import usage


@follow("account", "order_placed")
async def order_placed(ctx: EventContext, _: usage.Done) -> None:
    """Count it."""
    await usage.note(ctx, "shop")
