"""Circuits over a real server: what one agent finds broken, the others know."""

import pytest

from pam_agent.breaker import FAILURES
from pam_agent.circuits import Circuits
from pam_shared.contracts import subjects
from tests.harness.waiting import eventually

ONE = frozenset({"worker-1"})


@pytest.fixture
async def agents(connect):
    """Two agents' circuits."""
    found = [Circuits(await connect("agent")) for _ in range(2)]
    for circuits in found:
        await circuits.start()
        await circuits._bus.jetstream.account_info()  # an answer over this connection: the subscription is in place
    yield found
    for circuits in found:
        await circuits.stop()


async def test_a_circuit_one_agent_opens_is_open_for_all_and_closes_for_all(agents):
    """R-T2: the breaker of a tool is shared by the agents."""
    first, second = (circuits.breaker for circuits in agents)
    for _ in range(FAILURES):
        first.failed("tool", ONE)

    async def is_open():
        return not second.allows("tool", ONE)

    await eventually(is_open)
    assert not first.allows("tool", ONE)
    second.succeeded("tool")

    async def is_closed():
        return first.allows("tool", ONE)

    await eventually(is_closed)


async def test_what_cannot_be_read_is_passed_over(agents):
    """R-T2: a malformed word changes nothing and ends nothing."""
    first, second = agents
    await first._bus.nats.publish(subjects.CIRCUIT_CHANGED, b"nonsense")
    for _ in range(FAILURES):
        first.breaker.failed("tool", ONE)

    async def is_open():
        return not second.breaker.allows("tool", ONE)

    await eventually(is_open)
