"""``pamctl new-worker``: begin a tool worker."""

from typing import Annotated

import typer

from pamctl.checkout import checkout_here
from pamctl.worker_maker import make_worker


def new_worker(
    name: Annotated[str, typer.Argument(help="Its domain, one lower-case word, such as weather.")],
) -> None:
    """Make a tool worker in the checkout one stands in, with a tool that reads and one that asks the member first.

    Nothing else is to be edited: the next `pamctl up` starts it and the agent finds it. Example: pamctl new-worker
    weather
    """
    folder = make_worker(checkout_here(), name, print)
    print(
        f"{folder.name} is ready. Next:\n"
        f"  .venv/bin/python -m pytest services/{folder.name}\n"
        f"  .venv/bin/pamctl up --reload\n"
        f"  .venv/bin/pamctl call replace_{name}_note topic=today text='All is well.'"
    )
