"""Stop sharing a location."""

from pam_shared.tools.context import ToolContext
from pam_shared.tools.declaration import Arguments, Result, tool
from pam_tools_social.queries import places


class Nothing(Arguments):
    """There is one location at most."""


class Stopped(Result):
    """Whether a location was being shared."""

    stopped: bool

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to stop."""
        return not self.stopped


@tool(effect="write", timeout=4)
async def stop_sharing_location(ctx: ToolContext, _: Nothing) -> Stopped:
    """Stop showing others where the member is, at once."""
    place = await places.withdraw(ctx.db, ctx.user)
    sentence = f"Nobody sees {place} as your place any longer." if place else "You were not sharing a location."
    return Stopped(message=sentence, stopped=place is not None)
