"""What leaves the gateway with a change of its own tables: published after the commit, again until JetStream has it."""

import asyncio

from pam_shared.tools.outbox import OutboxRelay


class Outbox(OutboxRelay):
    """The relay of the tool workers. The gateway has an outbox and no inbox, so there are no old calls to forget."""

    async def start(self) -> None:
        """Begin to relay."""
        self._tasks = [asyncio.create_task(self._run())]
