"""Runs a supervisor over fake services, as a process of its own that tests may signal and kill.

With FAKE_NOTES=<module> that is one of them, and services start again when their files change, or those in FAKE_SHARED.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from pam_shared.service import ServiceSpec
from pamctl import reload
from pamctl.home import Home
from pamctl.settings import load_settings
from pamctl.supervisor import Supervisor

MIGRATIONS = Path(os.environ.get("FAKE_MIGRATIONS", Path(__file__).parent / "migrations"))
NOTES = os.environ.get("FAKE_NOTES")
SERVICES = [
    ServiceSpec("gateway", "fake_service"),
    ServiceSpec("notes", NOTES or "fake_service", schema="notes", migrations=(MIGRATIONS,)),
]

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has its background jobs ignore Ctrl-C
    reload.SHARED = Path(os.environ.get("FAKE_SHARED", reload.SHARED))
    settings = load_settings()
    sys.exit(asyncio.run(Supervisor(Home(settings.home), settings, SERVICES, reload=bool(NOTES)).run()))
