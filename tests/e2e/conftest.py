"""Two whole stacks for the session: one that answers by rules, one with a scripted model."""

from collections.abc import AsyncIterator

import pytest

from pam_shared.testing.messages_api import MessagesApi, Reply, Say, Scene, Use, messages_api
from tests.harness.stack import SKELETON, Stack, running_stack

SLOW = "Here is a slow answer with quite a few words, so that there is time to break something in the middle of it."

SCENES = [
    Scene(
        pattern="two tools",
        replies=[
            Reply(
                blocks=[
                    Say(text="Let me see. "),
                    Use(tool="get_spending_summary", input={}),
                    Use(tool="compare_vs_budget", input={}),
                ]
            ),
            Reply(blocks=[Say(text="You have spent nothing, and there is no budget yet.")]),
        ],
    ),
    Scene(
        pattern="slowly",
        replies=[
            Reply(blocks=[Use(tool="create_expense", input={"amount": 45, "category": "gas"})]),
            Reply(blocks=[Say(text=SLOW)], token_delay=0.1),
        ],
    ),
    Scene(
        pattern="no such tool",
        replies=[
            Reply(blocks=[Use(tool="launch_rocket", input={})]),
            Reply(blocks=[Say(text="I have no tool for that.")]),
        ],
    ),
    Scene(
        pattern="bad amount (?P<amount>.+)",
        replies=[
            Reply(blocks=[Use(tool="create_expense", input={"amount": "forty", "category": "gas"})]),
            Reply(blocks=[Say(text="That is not an amount.")]),
        ],
    ),
    Scene(
        pattern="post that (?P<text>.+)",
        replies=[
            Reply(blocks=[Use(tool="create_post", input={"content": "Hello from Moab", "visibility": "friends"})]),
            Reply(blocks=[Say(text="It is up.")]),
        ],
    ),
    Scene(
        pattern="Yes, go ahead|No, don't",
        replies=[Reply(blocks=[Say(text="Anything else?")]), Reply(blocks=[Say(text="It is up.")])],
    ),
    Scene(pattern="broken", replies=[Reply(status=500)]),
    Scene(
        pattern="gas",
        replies=[
            Reply(blocks=[Use(tool="create_expense", input={"amount": 45, "category": "gas"})]),
            Reply(blocks=[Say(text="I wrote down $45.00 for gas.")]),
        ],
    ),
    Scene(pattern=".*", replies=[Reply(blocks=[Say(text="Hello from the script.")])]),
]


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A PAM that answers by rules."""
    async with running_stack(tmp_path_factory.mktemp("rules")) as running:
        yield running


@pytest.fixture(scope="session")
async def model() -> AsyncIterator[MessagesApi]:
    """The scripted Messages API."""
    async with messages_api(SCENES) as api:
        yield api


@pytest.fixture(scope="session")
async def scripted(tmp_path_factory: pytest.TempPathFactory, model: MessagesApi) -> AsyncIterator[Stack]:
    """A PAM whose model is scripted."""
    home = tmp_path_factory.mktemp("scripted")
    services = f"{SKELETON},tools-social"
    async with running_stack(
        home, ANTHROPIC_API_KEY="x", ANTHROPIC_BASE_URL=model.url, PAM_SERVICES=services
    ) as running:
        yield running
