"""``pamctl ps``: what runs."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from pamctl.commands.table import print_table
from pamctl.home import Home, ProcessState
from pamctl.settings import load_settings

_COLUMNS = ("name", "pid", "port", "state", "restarts", "since")


def ps(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False) -> None:
    """List the processes of the PAM that runs in PAM_HOME.

    Example: pamctl ps --json
    """
    home = Home(load_settings().home)
    states = home.read_processes()
    if as_json:
        print(json.dumps([asdict(state) for state in states], indent=2))
    elif states:
        print_table(_COLUMNS, (_row(state) for state in states))
    else:
        print(f"Nothing runs in {home.path}. Start it with `pamctl up`.")


def _row(state: ProcessState) -> list[str]:
    return ["" if value is None else str(value) for value in asdict(state).values()]
