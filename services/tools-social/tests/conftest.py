"""Members among each other, by the tools' functions on their own database, and by messages to a running worker."""

import json
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

import pytest

from pam_shared.bus.connection import Bus
from pam_shared.contracts import headers, subjects
from pam_shared.contracts.tools import ToolReply
from pam_shared.postgres.pool import open_pool
from pam_shared.testing.tool_bench import ToolBench
from pam_shared.tools.worker import WorkerSettings, serve_tools
from pam_tools_social import tools
from pam_tools_social.follows.privacy_changed import privacy_changed
from pam_tools_social.follows.profile_updated import profile_updated
from pam_tools_social.service import SERVICE
from pam_tools_social.tools.block_member import block_member
from pam_tools_social.tools.create_post import create_post
from pam_tools_social.tools.follow_user import follow_user
from pam_tools_social.tools.get_feed import get_feed

NUMBERS = count(1)


@dataclass
class Member(ToolBench):
    """Somebody with a name, who does what members do."""

    name: str = ""

    @property
    def user(self):
        return self.identity.user

    async def post(self, content="Hello", **more):
        return (await self.run(create_post, content=content, **more)).post

    async def follow_(self, other):
        return await self.run(follow_user, target=other.name)

    async def befriend(self, other):
        await self.follow_(other)
        await other.follow_(self)

    async def block(self, other, **more):
        return await self.run(block_member, target=other.name, **more)

    async def privacy(self, **settings):
        await self.follow(privacy_changed, settings)

    async def feed(self, filter_type="all", **more):
        return await self.run(get_feed, filter_type=filter_type, **more)

    async def sees(self, post):
        """Whether a post is in the database, as far as this member can tell."""
        async with self.context() as ctx:
            return await ctx.db.fetchval("select exists (select from social_posts where id = $1)", post.id)


@pytest.fixture(scope="session")
async def pool(databases):
    """The worker's own connections."""
    pool = await open_pool(databases[SERVICE.name], "test")
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def unnamed(pool, new_person):
    """Make members of whom the account worker has said nothing."""
    return lambda: Member(pool, new_person().identity())


@pytest.fixture(scope="session")
def new_member(unnamed):
    """Make members with a name nobody else has."""

    async def make(name="traveller"):
        member = unnamed()
        member.name = f"{name}_{next(NUMBERS)}"
        await member.follow(profile_updated, {"username": member.name, "avatar_url": f"https://pam.test/{member.name}"})
        return member

    return make


@pytest.fixture
async def ann(new_member):
    """A member."""
    return await new_member("ann")


@pytest.fixture
async def ben(new_member):
    """Another member, a stranger to ann."""
    return await new_member("ben")


@pytest.fixture
async def cat(new_member):
    """A third member, a stranger to both."""
    return await new_member("cat")


@pytest.fixture
async def friends(ann, ben):
    """Ann and ben, who follow each other."""
    await ann.befriend(ben)
    return ann, ben


@pytest.fixture
async def worker(nats, databases, keys):
    """A running social worker."""
    settings = WorkerSettings(nats_url=nats, postgres_url=databases[SERVICE.name], identity_public_key=keys.public)
    bus = Bus(SERVICE.name, nats)
    await bus.connect()
    async with serve_tools(bus, settings, tools, "Friends on the road.") as advertisement:
        await bus.jetstream.account_info()  # an answer over this connection: its subscriptions are in place
        yield advertisement
    await bus.close()


@pytest.fixture
def call(worker, bus):
    """Call a tool of the running worker on a person's behalf."""

    async def call(person, tool, arguments, *, key=None, dry_run=False) -> ToolReply:
        values = {headers.IDENTITY: person.token(), headers.IDEMPOTENCY_KEY: key or str(uuid4())}
        body = json.dumps({"arguments": arguments, "dry_run": dry_run}).encode()
        return ToolReply.model_validate_json(await bus.request(subjects.tool("social", tool), body, values, timeout=10))

    return call
