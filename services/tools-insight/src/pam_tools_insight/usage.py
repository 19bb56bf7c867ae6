"""Noting what a member did, from the events of other services, unless they do not want that."""

from pydantic import BaseModel

from pam_shared.tools.following import EventContext
from pam_tools_insight.queries import analytics


class Done(BaseModel):
    """All that analytics need of an event is that it happened; amounts, places and texts stay where they are."""


async def note(ctx: EventContext, feature: str) -> None:
    """Count one use of a feature."""
    if not await analytics.may_note(ctx.db):
        return
    await analytics.insert_event(
        ctx.db,
        ctx.user,
        analytics.Logged(
            event_id=ctx.id,
            event_type="feature_used",
            event_data={},
            session_id=None,
            feature=feature,
            success=True,
            response_time_ms=None,
            error_type=None,
            at=ctx.occurred_at,
        ),
    )
