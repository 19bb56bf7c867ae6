"""Find travellers near a point."""

from pydantic import Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.geography import box_around
from pam_tools_social.queries import places
from pam_tools_social.rules import UNNAMED
from pam_tools_social.shapes import Nearby, spoken_list
from pam_tools_social.words import counted


class Question(Arguments):
    """Around which point."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False, description="Degrees.", examples=[40.8324])
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False, description="Degrees.", examples=[-115.7631])
    radius_miles: int = Field(50, ge=1, le=500)
    limit: int = Field(20, ge=1, le=100)


class Travellers(Result):
    """Those who share where they are with the member, the nearest first."""

    rvers: list[Nearby]

    @property
    def is_empty(self) -> bool:
        """Whether nobody is near."""
        return not self.rvers


@tool(effect="read", timeout=4, records="members' shared places")
async def find_nearby_rvers(ctx: ToolContext, args: Question) -> Travellers:
    """Find other travellers near a point, among those who share where they are with this member right now."""
    box = box_around(args.latitude, args.longitude, args.radius_miles)
    found = await places.nearby(ctx.db, args.latitude, args.longitude, args.radius_miles, box, args.limit)
    return Travellers(message=_sentence(args, found), rvers=found)


def _sentence(args: Question, found: list[Nearby]) -> str:
    """Say who is near."""
    if not found:
        return f"Nobody within {args.radius_miles} miles shares where they are with you right now."
    said = [f"{one.username or UNNAMED} at {one.location_name}, {one.distance_miles} miles away" for one in found]
    within = f"within {counted(args.radius_miles, 'mile')}"
    return f"{counted(len(found), 'traveller')} {within}: {spoken_list(said, len(said))}"
