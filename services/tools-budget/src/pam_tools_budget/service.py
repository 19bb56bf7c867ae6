"""What this worker tells the house."""

from pathlib import Path

from pam_shared.service import worker_spec

SERVICE = worker_spec(
    "tools-budget",
    "pam_tools_budget.main",
    Path(__file__).parent,
    follows=("trip.fuel_logged", "trip.maintenance_logged"),
)
