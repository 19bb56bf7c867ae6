"""What this service tells the house."""

from pathlib import Path

from pam_shared.service import ServiceSpec

SERVICE = ServiceSpec(
    "gateway", "pam_gateway.main", schema="gateway", migrations=(Path(__file__).parent / "migrations",)
)
