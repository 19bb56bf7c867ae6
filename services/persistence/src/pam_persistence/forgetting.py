"""Forgetting members who left: what the log and LIVE hold under their subjects, then their rows."""

from collections.abc import Sequence

from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from pam_persistence import queries, rows
from pam_persistence.recorder import Entry, Record
from pam_persistence.rows import Row
from pam_shared.bus.connection import Bus
from pam_shared.contracts import subjects, topology
from pam_shared.errors import UnavailableError
from pam_shared.postgres.pool import Connection
from pam_shared.telemetry.logs import log


def forgetting(bus: Bus) -> Record:
    """Return how a leaving is recorded: nothing is written down but that there is nothing to write any more."""

    async def forget(db: Connection, left: Sequence[Row]) -> None:
        # First the streams: what is taken from them meanwhile is not recorded once the transaction has ended. And all
        # of them: who was forgotten by half would hold up everybody's model calls for as long as a purge takes.
        for row in left:
            await _purge(bus, topology.CONVERSATIONS, subjects.conversations_of_member(row["user_id"]))
            await _purge(bus, topology.LIVE, subjects.live_of_member(row["user_id"]))
        for row in left:
            await queries.forget_member(db, row["user_id"])
            log.info("a member was forgotten", member=str(row["user_id"]))

    return Record(topology.EVENTS, _leaving, forget)


def _leaving(entry: Entry) -> Row:
    return rows.leaving_row(entry.body)


async def _purge(bus: Bus, stream: str, subject: str) -> None:
    """Delete what a stream holds under a subject. Raises UnavailableError: nobody is forgotten by half for good."""
    try:
        await bus.jetstream.purge_stream(stream, subject=subject)
    except (NatsError, JetStreamError, TimeoutError) as error:
        raise UnavailableError(f"{stream} could not be purged: {error!r}") from error
