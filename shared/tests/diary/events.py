"""What the diary tells others."""

from typing import ClassVar

from pam_shared.contracts.events import DomainEvent


class NoteWritten(DomainEvent):
    """Somebody wrote a note."""

    domain: ClassVar[str] = "diary"
    name: ClassVar[str] = "note_written"

    text: str
