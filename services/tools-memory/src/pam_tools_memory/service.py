"""What this worker tells the house."""

from pathlib import Path

from pam_shared.service import worker_spec

SERVICE = worker_spec("tools-memory", "pam_tools_memory.main", Path(__file__).parent)
