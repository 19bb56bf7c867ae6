"""What this service tells the house."""

from pathlib import Path

from pam_shared.service import MEMBER_DELETED, ServiceSpec

SERVICE = ServiceSpec(
    "persistence",
    "pam_persistence.main",
    schema="persistence",
    migrations=(Path(__file__).parent / "migrations",),
    follows=(MEMBER_DELETED,),
)
