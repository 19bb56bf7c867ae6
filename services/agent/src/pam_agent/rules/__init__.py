"""Answering without a model: ordered, deterministic rules, honest about what they cannot do.

A rule knows how members ask for a tool; what the tool takes it reads from the manifest.
"""

from pam_agent.rules.mind import MODEL, Rules
from pam_agent.rules.request import Call, Route
from pam_agent.rules.routing import route

__all__ = ["MODEL", "Call", "Route", "Rules", "route"]
