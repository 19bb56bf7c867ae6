"""What a member would have seen go wrong."""

from collections.abc import Sequence

from pam_shared.contracts.frames import CloseCode
from tests.faults.fault import LOST, Violation
from tests.faults.member import Client


def errors_seen(clients: Sequence[Client]) -> list[Violation]:
    """Return a violation for each error frame."""
    return [
        Violation(LOST, f"a member saw the error {frame['code']}: {frame['message']}")
        for client in clients
        for frame in client.diary.errors
    ]


def rude_endings(clients: Sequence[Client], announced: CloseCode) -> list[Violation]:
    """Return a violation for each connection that ended in another way than it was announced to."""
    return [
        Violation(LOST, f"a connection ended with {away.code}, not with {int(announced)}")
        for client in clients
        for away in client.diary.absences
        if away.code != announced
    ]
