"""``pamctl provision``: bring NATS and PostgreSQL up to date."""

import asyncio
import signal
from typing import Annotated

import typer

from pam_shared.service import installed_services
from pamctl.home import Home
from pamctl.provisioning import provision_all
from pamctl.servers import nats_url, replicas
from pamctl.settings import PamctlSettings, load_settings
from pamctl.stream_keeper import StreamKeeper


def provision(
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Stay, and provision NATS again whenever its connection was lost.")
    ] = False,
) -> None:
    """Create or update streams, consumers, buckets, roles, schemas and tables. It may run again at any time.

    It works on the servers that PAM_NATS_URL and PAM_POSTGRES_URL (an administrator's) name, else on those of a running
    `pamctl up`. Example: PAM_NATS_URL=nats://localhost:4222 PAM_POSTGRES_URL=postgresql://postgres:secret@localhost/pam
    pamctl provision

    A NATS server that starts again has lost what it kept in memory: one `pamctl provision --keep` beside it makes that
    again at once. `pamctl up` does so by itself.
    """
    settings = load_settings()
    home, services = Home(settings.home), installed_services()
    home.make()
    asyncio.run(provision_all(home, settings, services))
    print(f"NATS and PostgreSQL are up to date for {', '.join(spec.name for spec in services)}.", flush=True)
    if keep:
        asyncio.run(_keep(home, settings))


async def _keep(home: Home, settings: PamctlSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    streams = StreamKeeper(nats_url(home, settings), replicas(home, settings), print)
    await streams.start()
    await stop.wait()
    await streams.stop()
