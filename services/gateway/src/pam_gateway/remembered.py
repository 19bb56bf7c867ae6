"""What a gateway knows of conversations and may forget: of the ones it met last."""

from collections import OrderedDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
MOST = 20_000


class Remembered(OrderedDict[K, V]):
    """A dictionary that forgets what was set longest ago once it holds more than ``MOST``."""

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > MOST:
            self.popitem(last=False)
