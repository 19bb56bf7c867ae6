"""``python -m tests.eval.transcript``: a new member's first conversation, by rules alone, as markdown."""

import logging
from pathlib import Path

import structlog
import uvloop

from tests.eval.household import household
from tests.eval.script import read
from tests.eval.talk import hold

NAME = "Dana"
SCRIPT = Path(__file__).parent / "new_member.yaml"


async def main() -> None:
    """Hold the conversation and print what was said."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    async with household() as house:
        (talk,) = await hold(house, read(SCRIPT))
    for told in talk.told:
        print(f"**{NAME}:** {told.turn.say}\n\n**PAM:** {told.text}\n")


if __name__ == "__main__":
    uvloop.run(main())
