"""Which mind answers now, as the agents in the directory say."""

from typing import Literal

from pam_shared.bus.discovery import Directory

RULES_BANNER = "No model is connected, so I answer by simple rules. All your tools work as usual."


def mode_of(directory: Directory) -> Literal["claude", "rules"]:
    """Return ``claude`` if any agent has a model."""
    agents = (record for record in directory.services if record.name == "agent")
    return "claude" if any(agent.metadata.get("mode") == "claude" for agent in agents) else "rules"


def banner(mode: str) -> str | None:
    """Return what a member is told about the mode, if anything."""
    return RULES_BANNER if mode == "rules" else None
