"""Replacing one attribute of the product from outside."""

from typing import Any


def replace(owner: Any, name: str, value: Any) -> Any:
    """Put ``value`` in the place of ``owner.name`` and return what was there. Raises SystemExit when nothing was."""
    if not hasattr(owner, name):
        raise SystemExit(f"{owner!r} has no {name}: the patch has to follow the code it replaces.")
    before = getattr(owner, name)
    setattr(owner, name, value)
    return before
