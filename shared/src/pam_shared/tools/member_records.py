"""Handing out all that a worker holds of the member who asks, page by page."""

from pam_shared.bus.queries import answering
from pam_shared.bus.requests import Handler, Request
from pam_shared.contracts import headers
from pam_shared.identity import CALL, Verifier
from pam_shared.postgres.pool import Connection, Pool, member_transaction
from pam_shared.tools import queries
from pam_shared.tools.colleagues import Place, Records

ROWS_IN_A_PAGE = 200
"""A row may hold a few kilobytes, and a NATS message one megabyte."""


def hand_out(pool: Pool, verifier: Verifier) -> Handler:
    """Return the handler of ``subjects.member_records``; the member's token in the header says whose records."""

    async def records(request: Request, place: Place) -> Records:
        identity = verifier.verify(request.headers.get(headers.IDENTITY, ""), CALL)
        async with member_transaction(pool, identity.user) as db:
            return await _page(db, place)

    return answering(Place, records)


async def _page(db: Connection, place: Place) -> Records:
    page = Records(tables={})
    room = ROWS_IN_A_PAGE
    for table in await queries.member_tables(db):
        if table < place.table:
            continue
        skip = place.skip if table == place.table else 0
        rows = await queries.member_rows(db, table, skip, room + 1)
        page.tables[table] = rows[:room]
        if len(rows) > room:
            page.next = Place(table=table, skip=skip + room)
            break
        room -= len(rows)
    return page
