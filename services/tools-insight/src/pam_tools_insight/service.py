"""What this worker tells the house."""

from pathlib import Path

from pam_shared.service import worker_spec

FOLLOWS = (
    "account.feedback_recorded",
    "account.order_placed",
    "account.privacy_changed",
    "budget.budget_set",
    "budget.expense_recorded",
    "social.post_created",
    "trip.fuel_logged",
    "trip.trip_planned",
)
SERVICE = worker_spec("tools-insight", "pam_tools_insight.main", Path(__file__).parent, FOLLOWS)
