"""The member themselves."""

from fastapi import APIRouter, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from pam_gateway.export import Export
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


@router.get("/export")
async def export(who: Member, desk: TheDesk) -> StreamingResponse:
    """Return all that PAM holds of the member as a JSON file; ``missing`` names the parts that did not answer."""
    await desk.limits.count("export", str(who.user))
    document = Export(desk, who)
    account = await document.account()
    name = {"Content-Disposition": 'attachment; filename="pam-export.json"'}
    return StreamingResponse(document.written(account), media_type="application/json", headers=name)
