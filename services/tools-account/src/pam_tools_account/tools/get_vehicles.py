"""The member's vehicles."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.members import Vehicle
from pam_tools_account.queries import vehicles
from pam_tools_account.sentences import sized, unsized


class Nothing(Arguments):
    """Nothing needs to be said."""


class Vehicles(Result):
    """The vehicles, the primary first."""

    vehicles: list[Vehicle]

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self.vehicles


@tool(effect="read", timeout=2, records="your vehicles")
async def get_vehicles(ctx: ToolContext, _args: Nothing) -> Vehicles:
    """List the member's vehicles with their sizes, the primary first."""
    found = await vehicles.vehicles(ctx.db, ctx.user)
    return Vehicles(message=_sentence(found), vehicles=found)


def _sentence(found: list[Vehicle]) -> str:
    if not found:
        return "You have told me of no vehicle."
    named = [f"{vehicle.name}, a {vehicle.built}" if vehicle.built else vehicle.name for vehicle in found]
    head = f"Your vehicle{'s' * (len(found) > 1)}: {'; '.join(named)}."
    return " ".join([head, *filter(None, map(sized, found))]) + unsized(found[0])
