"""Note what a member did."""

from uuid import UUID, uuid4

from pydantic import Field

from pam_shared.contracts.identity import Role
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_insight.analytics import facts
from pam_tools_insight.queries import analytics
from pam_tools_insight.sizes import JsonObject


class Event(Arguments):
    """What happened."""

    event_type: str = Field(min_length=1, max_length=100, examples=["tool_called"])
    event_data: JsonObject = Field(
        description="Any object; feature, success, response_time_ms and error_type are counted.",
        examples=[{"feature": "plan_trip", "success": True, "response_time_ms": 420}],
    )
    session_id: str | None = Field(None, max_length=100)
    event_id: UUID | None = Field(None, description="The caller's own id: the same event again is noted once.")


class Noted(Result):
    """The event's id; null when the member does not want to be noted."""

    event_id: UUID | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was noted."""
        return self.event_id is None


@tool(
    effect="write",
    timeout=4,
    roles=frozenset({Role.SYSTEM}),
    visibility="internal",
    aliases=("pam_log_analytics_event",),
)
async def log_analytics_event(ctx: ToolContext, args: Event) -> Noted:
    """Note an analytics event of a member, once by its id, unless they do not want that. For services."""
    if not await analytics.may_note(ctx.db):
        return Noted(message="This member does not want to be noted; nothing was.", event_id=None)
    event_id = args.event_id or uuid4()
    told = facts(args.event_data).model_dump()
    event = analytics.Logged(event_id, args.event_type, args.event_data, args.session_id, at=ctx.now, **told)
    new = await analytics.insert_event(ctx.db, ctx.user, event)
    return Noted(message="The event is noted." if new else "The event was noted before.", event_id=event_id)
