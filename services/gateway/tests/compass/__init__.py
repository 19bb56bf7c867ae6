"""A small worker with a tool of each kind, for the tests of what the gateway offers."""

from pathlib import Path

from pam_shared.service import worker_spec

SERVICE = worker_spec("tools-compass", "services.gateway.tests.compass", Path(__file__).parent)
