"""``pamctl up``: run all of PAM on this machine."""

import asyncio

import typer

from pam_shared.service import installed_services
from pamctl.home import Home
from pamctl.settings import load_settings
from pamctl.supervisor import Supervisor


def up() -> None:
    """Start the servers and all services, and keep them running until Ctrl-C.

    Servers that PAM_NATS_URL, PAM_POSTGRES_URL (an administrator's) or PAM_REDIS_URL name are used as they are. Data,
    secrets and logs are in PAM_HOME (.pam). Example: PORT=8080 pamctl up
    """
    settings = load_settings()
    supervisor = Supervisor(Home(settings.home), settings, installed_services())
    raise typer.Exit(asyncio.run(supervisor.run()))
