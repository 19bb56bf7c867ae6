"""What this worker tells the house."""

from pathlib import Path

from pam_shared.service import worker_spec

SERVICE = worker_spec(
    "tools-social",
    "pam_tools_social.main",
    Path(__file__).parent,
    follows=("account.profile_updated", "account.privacy_changed", "member.deleted"),
)
