"""An answer from outside, and where it comes from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")
U = TypeVar("U")
Kind = Literal["live", "cached", "stale"]


class Fact(BaseModel):
    """Base of what outside services tell us: frozen, and kept in the cache as JSON."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True)
class Found(Generic[T]):
    """A value and its provenance, for ``ctx.cite(found.source, found.as_of, kind=found.kind, sample=found.sample)``.

    ``as_of`` is when the service was asked. ``kind`` is ``live`` when that was for this call, ``cached`` when it is
    recent enough, ``stale`` when it is too old but the service cannot be asked now. ``partial`` says that the service
    gave less than there is. ``sample`` marks invented figures of the sample server.
    """

    value: T
    source: str
    as_of: datetime
    kind: Kind = "live"
    sample: bool = False
    partial: bool = False

    def age(self, now: datetime) -> timedelta:
        """Return how old the answer is."""
        return now - self.as_of

    def map(self, change: Callable[[T], U]) -> "Found[U]":
        """Return what ``change`` makes of the value, with the same provenance."""
        return Found(change(self.value), self.source, self.as_of, self.kind, self.sample, self.partial)

    def as_partial(self) -> "Found[T]":
        """Return the same, known to be less than there is."""
        return replace(self, partial=True)


class Kept(BaseModel, Generic[T]):
    """A value as the cache keeps it, with what must not be forgotten about it."""

    value: T
    sample: bool = False
    partial: bool = False
