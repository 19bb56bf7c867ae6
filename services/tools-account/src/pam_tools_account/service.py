"""What this worker tells the house."""

from pathlib import Path

from pam_shared.service import worker_spec

SERVICE = worker_spec(
    "tools-account", "pam_tools_account.main", Path(__file__).parent, follows=("trip.maintenance_logged",)
)
