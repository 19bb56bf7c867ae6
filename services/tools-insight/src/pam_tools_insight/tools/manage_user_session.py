"""Create, refresh, end or check a login session."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pam_shared.contracts.identity import Role
from pam_shared.errors import ConflictError, NotFoundError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_insight.queries import sessions
from pam_tools_insight.session_rules import IDLE, LoginAction, is_alive
from pam_tools_insight.sizes import JsonObject


class Management(Arguments):
    """What to do with which session."""

    action: LoginAction = Field(examples=["create"])
    session_id: Annotated[UUID, id_from("manage_user_session", "session.id")] | None = Field(
        None, description="Which session; needed for all but create."
    )
    device_info: JsonObject = Field({}, description="For create: the device it is on.")

    model_config = ConfigDict(json_schema_extra={"examples": [{"action": "create"}]}, extra="forbid", frozen=True)

    @model_validator(mode="after")
    def _names_a_session(self) -> Self:
        if (self.session_id is None) != (self.action is LoginAction.CREATE):
            raise ValueError("session_id is needed for refresh, end and check, and not taken for create")
        return self


class LoginSession(BaseModel):
    """A login session; ``is_active`` ones have neither ended nor expired."""

    id: UUID
    expires_at: datetime
    last_activity: datetime
    is_active: bool
    device_info: dict[str, Any]


class Managed(Result):
    """The session as it is now."""

    session: LoginSession


@tool(
    effect="write",
    timeout=4,
    roles=frozenset({Role.SYSTEM}),
    visibility="internal",
    aliases=("pam_manage_user_session",),
)
async def manage_user_session(ctx: ToolContext, args: Management) -> Managed:
    """Create, refresh, end or check a login session of the member; it lives 30 minutes from its last refresh."""
    if args.session_id is None:
        found = await sessions.open_login(ctx.db, ctx.user, args.device_info, ctx.now, IDLE)
    else:
        found = await _manage(ctx, args.action, args.session_id)
    alive = is_alive(found, ctx.now)
    until = f"open until {found['expires_at']:%Y-%m-%d %H:%M} UTC" if alive else "closed"
    return Managed(message=f"The session is {until}.", session=LoginSession(**{**found, "is_active": alive}))


async def _manage(ctx: ToolContext, action: LoginAction, session_id: UUID) -> dict[str, Any]:
    login = await sessions.login_for_update(ctx.db, session_id)
    if login is None:
        raise NotFoundError("session_id: there is no such session.")
    match action:
        case LoginAction.REFRESH:
            if not is_alive(login, ctx.now):
                raise ConflictError("session_id: this session has ended; create a new one.")
            return await sessions.refresh_login(ctx.db, session_id, ctx.now, IDLE)
        case LoginAction.END:
            return await sessions.end_login(ctx.db, session_id, ctx.now)
        case _:
            return login
