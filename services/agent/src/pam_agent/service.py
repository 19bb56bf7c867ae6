"""What this service tells the house."""

from pam_shared.service import ServiceSpec

SERVICE = ServiceSpec("agent", "pam_agent.main")
