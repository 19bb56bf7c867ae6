"""The member's vehicles, for other workers."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_account.members import Vehicle
from pam_tools_account.queries import vehicles


class Nothing(Arguments):
    """Nothing needs to be said."""


class Vehicles(Result):
    """The vehicles, the primary first."""

    vehicles: list[Vehicle]

    @property
    def is_empty(self) -> bool:
        """Whether there is none."""
        return not self.vehicles


@tool(effect="read", timeout=2, visibility="internal", records="your vehicles")
async def get_vehicles(ctx: ToolContext, _args: Nothing) -> Vehicles:
    """List the member's vehicles with their sizes, the primary first."""
    found = await vehicles.vehicles(ctx.db, ctx.user)
    names = ", ".join(vehicle.name for vehicle in found)
    return Vehicles(message=f"Your vehicles: {names}." if found else "You have told me of no vehicle.", vehicles=found)
