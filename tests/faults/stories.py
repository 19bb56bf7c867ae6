"""What clients were told, as files beside the services' logs: for whoever looks for the cause of a violation."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.diary import Heard, Joined
from tests.faults.member import Client


def write_stories(clients: Sequence[Client], folder: Path) -> None:
    """Write one file a client, named by its conversation: a line for each event, join and message, by time."""
    began = time.time() - time.monotonic()
    for number, client in enumerate(clients):
        lines = [(step.at, _line(step)) for step in client.diary.story]
        lines += [(said.at, f"says {said.ask.mark} {said.id}") for said in client.diary.said.values()]
        told = [f"{datetime.fromtimestamp(began + at, UTC):%H:%M:%S.%f} {line}\n" for at, line in sorted(lines)]
        (folder / f"{client.conversation}-{number}.story").write_text("".join(told))


def _line(step: Heard | Joined) -> str:
    at = f"{step.position.epoch}:{step.position.sequence}" if step.position else "nowhere"
    if isinstance(step, Heard):
        return f"{at} {step.kind} {step.turn or ''}"
    how = "a snapshot of" if step.explicit else "resumed"
    return f"{how} {' '.join(map(str, step.told))} goes on from {at}"
