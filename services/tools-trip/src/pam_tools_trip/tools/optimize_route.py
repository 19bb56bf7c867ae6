"""The best order of stops."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from pam_shared.money import spoken
from pam_shared.tools.calculations import log_calculation
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import ordering, prices, rules, vehicles, whereabouts
from pam_tools_trip.arguments import PlaceText
from pam_tools_trip.driving import Drive
from pam_tools_trip.external import Place
from pam_tools_trip.inquiry import Inquiry, NothingFoundError
from pam_tools_trip.ordering import Optimized, Ordered

SCENIC = "Nothing I can ask knows which way is scenic, so I balanced distance and time."


class Journey(Arguments):
    """From where to where, by which stops, for what."""

    origin: PlaceText = Field(examples=["Denver, CO"], description='Where it begins; "here" is understood.')
    destination: PlaceText = Field(examples=["Grand Junction, CO"], description="Where it ends.")
    stops: Annotated[list[PlaceText], Field(max_length=10)] = Field([], description="Places between, in any order.")
    optimization_type: Literal["cost", "time", "balanced", "scenic"] = Field(
        "balanced", description="cost is the fewest miles, time the fewest hours."
    )


class Routes(Result):
    """The order given and the better one; None where there is no such place or way."""

    original_route: Ordered | None = None
    optimized_route: Optimized | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no such place or way."""
        return self.original_route is None


@tool(effect="read")
async def optimize_route(ctx: ToolContext, args: Journey) -> Routes:
    """Find the best order of the stops between two places, and what it spares against the order given."""
    inquiry = Inquiry(ctx)
    try:
        places = await whereabouts.find_all(inquiry, whereabouts.numbered(args.origin, args.stops, args.destination))
        given, best, order = await ordering.both_ways(inquiry, places, args.optimization_type)
    except NothingFoundError as error:
        return Routes(message=str(error))
    if args.optimization_type == "scenic":
        inquiry.remark(SCENIC)
    costs = await _costs(inquiry, places[0], [given, best])
    original = ordering.ordered(given, places, costs[0])
    optimized = ordering.optimized(original, ordering.ordered(best, order, costs[1]))
    result = Routes(
        message=_sentence(original, optimized, compared=ordering.compared(inquiry)) + inquiry.closing(),
        original_route=original,
        optimized_route=optimized,
    )
    inputs, outputs = args.model_dump(mode="json"), result.model_dump(mode="json", exclude={"message"})
    await log_calculation(ctx, "optimize_route", inputs, outputs)
    return result


async def _costs(inquiry: Inquiry, start: Place, drives: list[Drive]) -> list[Decimal | None]:
    """Return what the fuel of each way costs."""
    vehicle = await vehicles.vehicle_of(inquiry)
    consumed = await vehicles.consumption_of(inquiry, vehicle)
    price = await prices.price_of(inquiry, vehicle.fuel, start.state)
    return [rules.fuel(drive.miles, consumed.mpg, price.price if price else None).cost for drive in drives]


def _sentence(original: Ordered, best: Optimized, *, compared: bool) -> str:
    way = f"{' - '.join(best.stops)}: {best.distance_miles:,.0f} miles, {rules.spoken_hours(best.duration_hours)}"
    fuel = f", about {spoken(best.estimated_gas_cost)} of fuel" if best.estimated_gas_cost is not None else ""
    if best.stops == original.stops:
        found = "Your order is the best I can find." if compared else "I could not compare it with other orders."
        return f"{way}{fuel}. {found}"
    spared = best.savings
    parts = [
        f"{spared.distance_miles:,.0f} miles" if spared.distance_miles > 0 else "",
        rules.spoken_hours(spared.duration_hours) if spared.duration_hours > 0 else "",
        spoken(spared.gas_cost) if spared.gas_cost and spared.gas_cost > 0 else "",
    ]
    return f"{way}{fuel}. Against your order that spares {', '.join(part for part in parts if part)}."
