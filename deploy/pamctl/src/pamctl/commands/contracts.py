"""``pamctl contracts``: write down what callers of the tools rely on."""

import sys
from typing import Annotated

import typer

from pamctl.catalogue import installed_workers
from pamctl.checkout import checkout_here
from pamctl.contracts import write


def contracts(
    workers: Annotated[
        list[str] | None, typer.Argument(help="Directory names, such as tools-budget; else all.")
    ] = None,
) -> None:
    """Write ``services/<worker>/contracts/<tool>.json`` for each tool of the installed workers.

    A snapshot that a change of the tool would break for its callers is left as it is, and said; exit code 1. Example:
    pamctl contracts tools-budget
    """
    checkout = checkout_here()
    breaking = []
    for worker in installed_workers(workers or []):
        left = write(checkout.contracts(worker.name), worker)
        print(f"{worker.name}: {len(worker.tools)} tools" + (f", {len(left)} break their callers" if left else ""))
        breaking += left
    for difference in breaking:
        print(difference, file=sys.stderr)
    raise typer.Exit(1 if breaking else 0)
