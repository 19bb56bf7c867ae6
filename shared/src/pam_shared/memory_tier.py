"""What a cache keeps in the memory of one process."""

from collections import OrderedDict
from datetime import UTC, datetime
from typing import NamedTuple

import orjson


class Entry(NamedTuple):
    """A value as it is kept, with the seconds since the epoch that say how good it still is."""

    loaded_at: float
    fresh_until: float
    stale_until: float
    generation: str
    body: bytes

    @property
    def as_of(self) -> datetime:
        """When it was loaded."""
        return datetime.fromtimestamp(self.loaded_at, UTC)

    def packed(self) -> bytes:
        """Return it as it is kept outside this process."""
        return orjson.dumps(self[:4]) + b"\n" + self.body


def unpacked(packed: bytes) -> Entry:
    """Return the entry that was packed."""
    head, _, body = packed.partition(b"\n")
    loaded_at, fresh_until, stale_until, generation = orjson.loads(head)
    return Entry(loaded_at, fresh_until, stale_until, generation, body)


class MemoryTier:
    """Entries, the least used forgotten first, once they take more than so many bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def get(self, name: str) -> Entry | None:
        """Return what is kept under a name, and keep it longer than others."""
        entry = self._entries.get(name)
        if entry:
            self._entries.move_to_end(name)
        return entry

    def put(self, name: str, entry: Entry) -> None:
        """Keep an entry, in place of the one of that name."""
        self._forget(name)
        self._entries[name] = entry
        self._size += len(entry.body)
        while self._size > self._most:
            self._forget(next(iter(self._entries)))

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._size = 0

    def _forget(self, name: str) -> None:
        before = self._entries.pop(name, None)
        self._size -= len(before.body) if before else 0
