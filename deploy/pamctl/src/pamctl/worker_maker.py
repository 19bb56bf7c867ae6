"""Making a tool worker out of the template: the next `pamctl up` starts it, and a deployment knows of it."""

import re
import shutil
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import copier

from pam_shared.errors import ConflictError, InvalidRequestError
from pam_shared.service import WORKER_PREFIX, installed_services
from pamctl.checkout import Checkout, CheckoutError
from pamctl.deployment import deploy

TEMPLATE = Path(__file__).parent / "worker_template"
DEPLOYMENT = TEMPLATE / "deployment.yaml"

_INSTALL = ("sync", "--quiet", "--frozen", "--all-packages")
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")
_RESERVED = {"public", "member"}
"""PostgreSQL's own schema, and the domain of events about members themselves."""


def make_worker(checkout: Checkout, name: str, say: Callable[[str], None]) -> Path:
    """Make ``services/tools-<name>``, install it, write what others are told of it; return its directory.

    Raises InvalidRequestError when it cannot be a worker's name, ConflictError when it is taken, CheckoutError when the
    worker cannot be installed: nothing of it is left then. Where only the pages or the deployment cannot be written,
    CheckoutError says so, and the worker stays.
    """
    _refuse_a_bad_name(checkout, name)
    worker = f"{WORKER_PREFIX}{name}"
    folder = checkout.service(worker)
    lock = checkout.lock.read_bytes()
    try:
        copier.run_copy(str(TEMPLATE), folder, {"name": name}, defaults=True, quiet=True)
        say(f"Made services/{worker}.")
        _lock(checkout, f"pam-{worker}")
        checkout.uv(*_INSTALL)
        checkout.uv("run", "--no-sync", "ruff", "format", "--quiet", str(folder))
        say("Installed it.")
        checkout.uv("run", "--no-sync", "pamctl", "contracts", worker)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        checkout.lock.write_bytes(lock)
        with suppress(CheckoutError):
            checkout.uv(*_INSTALL)
        raise
    checkout.uv("run", "--no-sync", "pamctl", "docs")
    say(f"Wrote services/{worker}/contracts and docs/tools/{worker}.md.")
    say(f"Added it to {', '.join(deploy(checkout, DEPLOYMENT, name))}.")
    return folder


def _refuse_a_bad_name(checkout: Checkout, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidRequestError(
            f"{name!r} cannot be a worker's name: take one lower-case word of 2 to 20 letters and digits, like weather."
        )
    taken = {spec.schema for spec in installed_services()} | _RESERVED
    if name in taken or checkout.service(f"{WORKER_PREFIX}{name}").exists():
        raise ConflictError(f"The name {name} is taken: services/{WORKER_PREFIX}{name} or its schema is there already.")


def _lock(checkout: Checkout, distribution: str) -> None:
    """Let uv.lock know the worker, which brings no dependency of its own: no index is asked unless it must be."""
    before = _pinned(checkout.lock)
    try:
        checkout.uv("lock", "--quiet", "--offline")
        if {name for name, _ in _pinned(checkout.lock) ^ before} <= {distribution}:
            return
    except CheckoutError:
        pass  # uv's cache does not hold what it needs to know
    checkout.uv("lock", "--quiet")


def _pinned(lock: Path) -> set[tuple[str, str]]:
    packages = tomllib.loads(lock.read_text())["package"]
    return {(package["name"], package.get("version", "")) for package in packages}
