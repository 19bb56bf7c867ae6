"""Status of an order."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from pam_shared.clock import spoken_day
from pam_shared.errors import NotFoundError
from pam_shared.money import spoken
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, id_from, tool
from pam_tools_account.goods import PlacedOrder, Tracking
from pam_tools_account.queries import orders


class Question(Arguments):
    """Which order; the newest where neither is given."""

    order_id: Annotated[UUID, id_from("checkout", "order.id")] | None = Field(None, description="The order's id.")
    order_number: str | None = Field(None, min_length=1, max_length=20, description="Its number, such as PAM-7K3M9X.")


class Tracked(Result):
    """The order and where it is; null where the member has none."""

    order: PlacedOrder | None
    tracking: Tracking | None

    @property
    def is_empty(self) -> bool:
        """Whether the member has no order."""
        return self.order is None


@tool(effect="read", timeout=4)
async def track_order(ctx: ToolContext, args: Question) -> Tracked:
    """Tell how an order of the member's stands: the newest, or the one with this id or number."""
    order = await orders.find_order(ctx.db, ctx.user, args.order_id, args.order_number)
    if order is None and (args.order_id or args.order_number):
        which = "order_number" if args.order_number else "order_id"
        raise NotFoundError(f"{which}: you have no such order. Leave it out to hear of your newest one.")
    if order is None:
        return Tracked(message="You have not ordered anything yet.", order=None, tracking=None)
    ctx.cite("shop orders", ctx.now, sample=order.sample)
    return Tracked(
        message=_sentence(order, spoken_day(order.created_at.astimezone(ctx.zone))),
        order=PlacedOrder.model_validate(order, from_attributes=True),
        tracking=Tracking.model_validate(order, from_attributes=True),
    )


def _sentence(order: orders.Order, day: str) -> str:
    head = f"Order {order.order_number} of {day} over {spoken(order.total)} is {order.status}."
    if order.sample:
        return f"{head} It is a sample order: nothing was charged, nothing is shipped, and no carrier has it."
    if not order.carrier:
        return f"{head} There is no carrier information for it yet."
    number = f", tracking number {order.tracking_number}" if order.tracking_number else ""
    due = f" It should arrive on {spoken_day(order.estimated_delivery)}." if order.estimated_delivery else ""
    return f"{head} {order.carrier} has it{number}.{due}"
