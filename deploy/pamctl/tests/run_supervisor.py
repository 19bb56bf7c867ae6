"""Runs a supervisor over fake services, as a process of its own that tests may signal and kill."""

import asyncio
import sys
from pathlib import Path

from pam_shared.service import ServiceSpec
from pamctl.home import Home
from pamctl.settings import load_settings
from pamctl.supervisor import Supervisor

MIGRATIONS = Path(__file__).parent / "migrations"
SERVICES = [
    ServiceSpec("gateway", "fake_service"),
    ServiceSpec("notes", "fake_service", schema="notes", migrations=(MIGRATIONS,)),
]

if __name__ == "__main__":
    settings = load_settings()
    sys.exit(asyncio.run(Supervisor(Home(settings.home), settings, SERVICES).run()))
