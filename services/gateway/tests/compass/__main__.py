"""Run the compass as a process of its own."""

from pam_shared.tools.worker import run_worker
from services.gateway.tests.compass import SERVICE, tools

run_worker(SERVICE, tools, "Where things are.")
