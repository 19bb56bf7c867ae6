"""Persistence with a fault that ends its process: ``python dying.py after_commit`` or ``on_sight``.

after_commit: when it acknowledges what it has just stored. on_sight: when it reads an entry with DEADLY in it.
"""

import os
import sys

from nats.aio.msg import Msg

from pam_persistence import rows
from pam_persistence.main import main

DEADLY = b"deadly"
CODE = 77


async def die(_: Msg) -> None:
    """End the process as a crash would: nothing is flushed, nobody is told."""
    os._exit(CODE)


def read(subject: str, body: bytes, sequence: int, created_at: str) -> rows.Row | None:
    """Read an entry, unless it is deadly."""
    if DEADLY in body:
        os._exit(CODE)
    return message_row(subject, body, sequence, created_at)


message_row = rows.message_row

if __name__ == "__main__":
    if sys.argv[1] == "after_commit":
        Msg.ack = die
    else:
        rows.message_row = read
    main()
