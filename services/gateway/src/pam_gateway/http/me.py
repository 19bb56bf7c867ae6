"""The member themselves."""

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from pam_gateway.http.desk import Member, TheDesk

router = APIRouter(prefix="/api/v1/me", tags=["me"])


class Leaving(BaseModel):
    """The member's password: a token that was left open somewhere deletes nothing."""

    password: str = Field(max_length=200)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT)
async def leave(body: Leaving, who: Member, desk: TheDesk) -> None:
    """Delete the account and everything that is known of the member, for good; all devices are signed out at once."""
    await desk.limits.count("sign_in", str(who.user))
    await desk.accounts.leave(who, body.password)
