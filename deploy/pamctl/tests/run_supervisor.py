"""Runs a supervisor over fake services, as a process of its own that tests may kill."""

import asyncio
import sys
from pathlib import Path

from pam_shared.service import ServiceSpec
from pamctl.home import Home
from pamctl.settings import load_settings
from pamctl.supervisor import Supervisor

MIGRATIONS = Path(__file__).parent / "migrations"

if __name__ == "__main__":
    settings = load_settings()
    services = [ServiceSpec("fake", "fake_service", schema="fake", migrations=(MIGRATIONS,))]
    sys.exit(asyncio.run(Supervisor(Home(settings.home), settings, services).run()))
