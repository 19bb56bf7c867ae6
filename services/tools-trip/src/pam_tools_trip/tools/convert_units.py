"""Convert a measure."""

from decimal import Decimal

from pydantic import Field

from pam_shared.errors import InvalidRequestError
from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_trip import units


class Measure(Arguments):
    """What to convert."""

    value: Decimal = Field(ge=-1_000_000_000, le=1_000_000_000, allow_inf_nan=False, examples=[36])
    from_unit: str = Field(
        max_length=50, examples=["gallons"], description="Name or sign: miles, km, lb, °F, l/100km …"
    )
    to_unit: str = Field(max_length=50, examples=["liters"], description="The unit wanted, of the same kind.")


class Converted(Result):
    """The measure in the unit wanted."""

    value: Decimal
    unit: str
    formula: str


@tool(effect="read", timeout=2, aliases=("unit_conversion",))
async def convert_units(ctx: ToolContext, args: Measure) -> Converted:  # noqa: ARG001 - pure, but a tool
    """Convert distance, volume, mass, temperature, speed or fuel consumption; gallons and mpg are US ones."""
    given, wanted = _unit("from_unit", args.from_unit), _unit("to_unit", args.to_unit)
    try:
        value = units.convert(args.value, given, wanted)
    except ValueError as error:
        raise InvalidRequestError(
            f"{'value' if given.dimension is wanted.dimension else 'to_unit'}: {error}."
        ) from error
    return Converted(
        message=f"{args.value.normalize():,f} {given.name} are {value:,f} {wanted.name}.",
        value=value,
        unit=wanted.name,
        formula=units.formula(given, wanted),
    )


def _unit(argument: str, word: str) -> units.Unit:
    unit = units.unit_called(word)
    if unit is None:
        raise InvalidRequestError(f"{argument}: I know no unit {word!r}; say for example miles, liters, lb, °F or mpg.")
    return unit
