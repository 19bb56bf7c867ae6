"""The links between the nodes of a NATS cluster, each way through a proxy, so that one node can be cut off.

Clients still reach every node. A cut link swallows what is sent, as a broken network does: nobody is told.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from pam_shared.embedded import nats
from pam_shared.embedded.processes import LOOPBACK
from pamctl.home import NATS, Home
from tests.faults.patching import replace
from tests.faults.proxy import Proxy

NUMBERS = (1, 2, 3)
NOWHERE = f"{LOOPBACK}:1"
"""What nodes tell each other of where they are; else they would find ways around the links."""


class Links:
    """The links by the numbers of the nodes: who calls, and who is called."""

    def __init__(self, proxies: Mapping[tuple[int, int], Proxy]) -> None:
        self._proxies = proxies

    def port(self, caller: int, called: int) -> int:
        """Return the port where one node finds another."""
        return self._proxies[caller, called].port

    def cut_off(self, node: int) -> None:
        """Let nothing through between this node and all others."""
        for proxy in self._of(node):
            proxy.half_open = True

    def mend(self, node: int) -> None:
        """Let the node connect to the others again. Connections that lost something are gone."""
        for proxy in self._of(node):
            proxy.cut()
            proxy.half_open = False

    def _of(self, node: int) -> list[Proxy]:
        return [proxy for ends, proxy in self._proxies.items() if node in ends]


@asynccontextmanager
async def linked(home: Home) -> AsyncIterator[Links]:
    """Have links between the nodes that are started in the block."""
    ports = {number: home.port(f"{NATS}-{number}-route") for number in NUMBERS}
    proxies = {(one, other): Proxy(LOOPBACK, ports[other]) for one in NUMBERS for other in NUMBERS if one != other}
    links = Links(proxies)
    settings = nats._clustered

    def over_links(node):
        changed = settings(node)
        changed["cluster"]["advertise"] = NOWHERE
        changed["cluster"]["routes"] = [
            f"nats-route://route:{node.secret}@{LOOPBACK}:{links.port(node.number, other)}"
            for other in NUMBERS
            if other != node.number
        ]
        return changed

    replace(nats, "_clustered", over_links)
    try:
        for proxy in proxies.values():
            await proxy.start()
        yield links
    finally:
        nats._clustered = settings
        for proxy in proxies.values():
            await proxy.stop()
