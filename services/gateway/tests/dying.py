"""A gateway that dies while somebody leaves: ``python dying.py before_commit``, ``before_publish``, ``after_publish``.

before_commit: the sessions are ended, the account is not deleted yet. before_publish: it is, and nobody has been told.
after_publish: everybody has been told, and the outbox does not know it.
"""

import os
import sys
from typing import Any

from pam_gateway import queries
from pam_gateway.main import main
from pam_shared.contracts import topology
from pam_shared.tools.outbox import OutboxRelay

CODE = 77

delete_account = queries.delete_account
publish = OutboxRelay._publish


async def dying_delete(*given: Any) -> bool:
    """Delete and die before the transaction ends."""
    await delete_account(*given)
    os._exit(CODE)


async def dying_before(_: OutboxRelay, _row: Any) -> None:
    """Die instead of publishing."""
    os._exit(CODE)


async def dying_after(self: OutboxRelay, row: Any) -> None:
    """Die when the event is published, before its row is deleted."""
    await publish(self, row)
    if row["stream"] == topology.EVENTS:
        os._exit(CODE)


if __name__ == "__main__":
    match sys.argv[1]:
        case "before_commit":
            queries.delete_account = dying_delete
        case "before_publish":
            OutboxRelay._publish = dying_before
        case "after_publish":
            OutboxRelay._publish = dying_after
    main()
