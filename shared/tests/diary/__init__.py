"""A small worker of its own schema, for the tests of the tool SDK."""

from pathlib import Path

from pam_shared.service import worker_spec

SERVICE = worker_spec("tools-diary", "shared.tests.diary", Path(__file__).parent, ("walk.sight_seen",))
