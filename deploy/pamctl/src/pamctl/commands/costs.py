"""``pamctl costs``: what the models cost."""

import asyncio
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pam_shared.bus.queries import ask
from pam_shared.clock import utc_now
from pam_shared.contracts import subjects
from pam_shared.contracts.costs import TOTALS, CostsQuery, Totals
from pamctl.operator import connected
from pamctl.settings import load_settings


def costs(
    *,
    month: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m"], help="Another month than this one (UTC).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what model calls cost in a month, and how much of the ceilings is taken.

    Example: pamctl costs --month 2026-05
    """
    totals = asyncio.run(_totals((month or utc_now()).date()))
    if as_json:
        print(totals.model_dump_json(indent=2))
        return
    table = Table("model", "calls", "dollars", "input", "output", "cache read", "cache write", box=None, pad_edge=False)
    for one in totals.costs.models:
        table.add_row(one.model, str(one.calls), str(one.cost), *(str(tokens) for _, tokens in one.usage))
    Console().print(table if totals.costs.models else "No model was called.")
    for taken in totals.taken:
        print(f"This {taken.ceiling}: ${taken.dollars} of ${taken.most} spent or reserved.")


async def _totals(month: date) -> Totals:
    async with connected(load_settings()) as bus:
        return await ask(bus, subjects.operator(TOTALS), CostsQuery(month=month), Totals, {})
