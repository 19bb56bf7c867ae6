"""A running PAM with every worker, and people who try every tool."""

from dataclasses import replace
from uuid import uuid4

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.bus.discovery import Directory
from pam_shared.identity import Signer
from tests.catalogue.acting import OPERATOR, Actor
from tests.harness.stack import running_stack

PARTING = {"block_member", "forget_all_memories"}
"""What ends what other tools' examples rely on: an acquaintance, all memories."""


@pytest.fixture(scope="session")
async def house(tmp_path_factory):
    """All of PAM as processes."""
    async with running_stack(tmp_path_factory.mktemp("catalogue"), PAM_SERVICES="") as stack:
        yield stack


@pytest.fixture(scope="session")
async def operators_bus(house):
    """The operator's connection."""
    bus = Bus("test", house.nats_url)
    await bus.connect()
    yield bus
    await bus.close()


@pytest.fixture(scope="session")
async def tools(operators_bus):
    """Every tool's manifest, by name, as discovery tells it."""
    directory = Directory(operators_bus)
    await directory.start()
    yield dict(directory.tools)
    await directory.stop()


@pytest.fixture(scope="session")
def new_actor(house, operators_bus, tools, new_person):
    """People nobody has seen before, known to the running PAM."""

    def make(**about):
        person = replace(new_person(**about), signer=Signer(house.identity_private_key))
        return Actor(person, operators_bus, tools)

    operator = make(roles=OPERATOR)
    operator.operator = operator

    def act(**about):
        actor = make(**about)
        actor.operator = operator
        return actor

    return act


@pytest.fixture(scope="session")
def operator(new_actor):
    """Somebody with every role."""
    return new_actor().operator


@pytest.fixture(scope="session")
async def settled(new_actor, tools):
    """A member who has used every tool that writes."""
    actor = new_actor()
    for tool in tools.values():
        if tool.effect != "read" and actor.may(tool) and tool.name not in PARTING:
            reply = await actor.call(tool, await actor.example(tool))
            assert reply.success, f"{tool.name}: {reply.message}"
    return actor


@pytest.fixture
def nothing():
    """An id of nothing."""
    return str(uuid4())
