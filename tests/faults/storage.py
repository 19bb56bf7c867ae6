"""Defences that lie in how NATS and its streams are set up, and not in any service: what is changed to be without."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pamctl import streams
from tests.faults.patching import replace

SETTINGS: dict[str, dict[str, Any]] = {"sync": {"nats_sync": "default"}}
"""Settings of pamctl without a defence."""


def first_sequence() -> Callable[[], None]:
    """Let a stream that is made anew count from 1 again."""
    return _put("_first_sequence", lambda: 1)


def replicas() -> Callable[[], None]:
    """Keep each stream on one node."""
    provision = streams.provision_nats

    async def alone(connection, *, replicas=1):
        await provision(connection)

    return _put("provision_nats", alone)


PROVISIONING = {function.__name__: function for function in (first_sequence, replicas)}
"""Patches of what pamctl provisions; each returns how to undo it."""


def settings_without(names: Sequence[str]) -> dict[str, Any]:
    """Return the settings of pamctl that switch these defences off."""
    return {key: value for name in names for key, value in SETTINGS.get(name, {}).items()}


@contextmanager
def provisioned_without(names: Sequence[str]) -> Iterator[None]:
    """Provision without these defences for as long as the block."""
    undo = [PROVISIONING[name]() for name in names if name in PROVISIONING]
    try:
        yield
    finally:
        for step in undo:
            step()


def _put(name: str, value: Any) -> Callable[[], None]:
    before = replace(streams, name, value)
    return lambda: setattr(streams, name, before)
