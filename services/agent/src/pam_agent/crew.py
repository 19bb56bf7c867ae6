"""What the turns of one process share."""

from dataclasses import dataclass, field
from uuid import UUID

from pam_agent.context.contexts import Contexts
from pam_agent.costs.purse import Purse
from pam_agent.live import Live
from pam_agent.mind import Mind
from pam_agent.settings import AgentSettings
from pam_agent.summaries import Summaries
from pam_agent.toolbox import Toolbox
from pam_shared.bus.connection import Bus


@dataclass(frozen=True)
class Crew:
    """``minds`` are asked in this order; ``writer`` names this process.

    ``speaking`` are the turns under way, ``unsaid`` those whose end is in the log and perhaps not in LIVE.
    """

    bus: Bus
    writer: str
    minds: list[Mind]
    toolbox: Toolbox
    settings: AgentSettings
    contexts: Contexts
    summaries: Summaries
    purse: Purse
    speaking: set[Live] = field(default_factory=set)
    unsaid: set[UUID] = field(default_factory=set)

    def repeat(self) -> None:
        """Have every turn under way said whole again."""
        for live in tuple(self.speaking):
            live.repeat()
