"""A member who talks to agents."""

from uuid import uuid4

import pytest

from pam_shared.bus.log_reader import LogReader
from pam_shared.contracts import topology
from services.agent.tests.conversing import Member


@pytest.fixture
async def member(bus, new_person):
    reader = LogReader(bus, topology.CONVERSATIONS)
    await reader.start()
    member = Member(bus, reader, new_person())
    await member.watch()
    yield member
    await reader.stop()


@pytest.fixture
def talk():
    """A conversation's id."""
    return uuid4()
