"""``pamctl up``: run all of PAM on this machine."""

import asyncio
from typing import Annotated

import typer

from pamctl.environment import services_to_run
from pamctl.home import Home
from pamctl.settings import Nodes, load_settings
from pamctl.supervisor import Supervisor


def up(
    nats_nodes: Annotated[
        Nodes | None, typer.Option(help="1 or 3 NATS servers. Three keep three copies and outlive one of them.")
    ] = None,
    *,
    reload: Annotated[
        bool, typer.Option("--reload", help="For developers: start a service again when a file of its package changes.")
    ] = False,
) -> None:
    """Start the servers and all services, and keep them running until Ctrl-C.

    Servers that PAM_NATS_URL, PAM_POSTGRES_URL (an administrator's) or PAM_REDIS_URL name are used as they are. Data,
    secrets and logs are in PAM_HOME (.pam). Example: PORT=8080 pamctl up

    The world outside (weather, maps, prices) is a sample server's, and what it says is marked as a sample;
    PAM_EXTERNAL=live asks the real services.

    PAM_NATS_NODES=3 is --nats-nodes 3; one server and three keep their messages in different folders, so another number
    begins with an empty log. PAM_NATS_SYNC=always has every message on the disk before it is acknowledged, so that a
    power cut loses none. PAM_NATS_STORE_MAX=1000000000 is how many bytes each NATS server may use: when they are used
    up, messages are refused until there is room again.
    """
    settings = load_settings()
    if nats_nodes:
        settings = settings.model_copy(update={"nats_nodes": nats_nodes})
    supervisor = Supervisor(Home(settings.home), settings, services_to_run(settings), reload=reload)
    raise typer.Exit(asyncio.run(supervisor.run()))
