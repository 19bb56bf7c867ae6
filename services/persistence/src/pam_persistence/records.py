"""Which streams are recorded, and how."""

from pam_persistence import queries, rows
from pam_persistence.recorder import Entry, Record
from pam_persistence.rows import Row
from pam_shared.contracts import topology


def _message(entry: Entry) -> Row | None:
    return rows.message_row(entry.subject, entry.body, entry.sequence, entry.stored_at.isoformat())


def _audit(entry: Entry) -> Row:
    return rows.audit_row(entry.body)


def _dead_letter(entry: Entry) -> Row:
    return rows.dead_letter_row(entry.body)


RECORDS = {
    record.stream: record
    for record in (
        Record(topology.CONVERSATIONS, _message, queries.record_messages),
        Record(topology.AUDIT, _audit, queries.record_audit),
        Record(topology.DEAD_LETTERS, _dead_letter, queries.record_dead_letters),
    )
}
