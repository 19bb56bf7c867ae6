"""The PAM checkout one stands in, and its uv."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pam_shared.errors import PamError

_MARKS = ("pyproject.toml", "uv.lock", "deploy/uv", "shared/src/pam_shared", "services")


class CheckoutError(PamError):
    """A developer must act: this is no place, or no moment, to work on PAM's own files."""

    default_code = "checkout"


@dataclass(frozen=True)
class Checkout:
    """A working copy of PAM's repository."""

    root: Path

    @property
    def lock(self) -> Path:
        """Where every dependency is pinned."""
        return self.root / "uv.lock"

    @property
    def docs(self) -> Path:
        """Where the generated pages are."""
        return self.root / "docs"

    def service(self, name: str) -> Path:
        """Return a service's directory."""
        return self.root / "services" / name

    def contracts(self, worker: str) -> Path:
        """Return where the snapshots of a worker's tools are."""
        return self.service(worker) / "contracts"

    def uv(self, *arguments: str) -> None:
        """Run uv in the workspace; it is installed where it is missing. Raises CheckoutError with what uv said."""
        found = _run([str(self.root / "deploy/uv")], self.root).strip()
        _run([found, *arguments], self.root)


def checkout_here() -> Checkout:
    """Return the checkout the current folder is in. Raises CheckoutError outside of one."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if all((folder / mark).exists() for mark in _MARKS):
            return Checkout(folder)
    raise CheckoutError(f"{here} is not in a PAM checkout: go to the folder you cloned PAM into, then try again.")


def _run(command: list[str], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - uv
    if done.returncode:
        raise CheckoutError(f"`{' '.join(command[:4])}` failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout
