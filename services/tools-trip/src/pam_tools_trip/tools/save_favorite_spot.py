"""Save a place."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import whereabouts
from pam_tools_trip.events import FavoriteSaved
from pam_tools_trip.inquiry import Inquiry
from pam_tools_trip.queries import places


class Spot(Arguments):
    """The place, and what the member thinks of it."""

    location_name: str = Field(
        min_length=1, max_length=200, examples=["Lone Rock Beach"], description="What it is called."
    )
    location_address: str = Field(
        min_length=1, max_length=500, examples=["Big Water, UT"], description='Address, town or "here".'
    )
    category: str | None = Field(
        None, max_length=50, description="What kind of place: campground, view …; else general."
    )
    notes: str | None = Field(None, max_length=1000, description="What the member wants to remember.")
    rating: int | None = Field(None, ge=1, le=5, description="Stars.")


class Favorite(BaseModel):
    """The place as saved."""

    id: UUID
    location_name: str
    location_address: str
    category: str
    notes: str | None
    rating: int | None


class Saved(Result):
    """The place, and whether it is new."""

    favorite: Favorite
    action: Literal["created", "updated"]


@tool(effect="write", timeout=4, records="your favorite spots")
async def save_favorite_spot(ctx: ToolContext, args: Spot) -> Saved:
    """Save a place to the member's favorites; saving the same name and address again changes what was said of it."""
    inquiry = Inquiry(ctx)
    values = args.model_dump()
    if whereabouts.is_here(args.location_address):
        place = await whereabouts.find(inquiry, args.location_address, "location_address")
        values["location_address"] = place.point.text
    saved, is_new = await places.put_favorite(ctx.db, ctx.user, values)
    favorite = Favorite(**vars(saved))
    ctx.emit(
        FavoriteSaved(favorite_id=saved.id, location_name=saved.location_name, location_address=saved.location_address)
    )
    return Saved(
        message=_sentence(favorite, is_new=is_new) + inquiry.closing(),
        favorite=favorite,
        action="created" if is_new else "updated",
    )


def _sentence(favorite: Favorite, *, is_new: bool) -> str:
    where = f"{favorite.location_name}, {favorite.location_address}"
    stars = f" with {favorite.rating} star{'s' if favorite.rating > 1 else ''}" if favorite.rating else ""
    return f"Saved {where}{stars}." if is_new else f"{where} was among your places already; I updated it{stars}."
