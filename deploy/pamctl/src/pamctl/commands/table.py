"""Printing a table: as wide as the terminal, and whole where it goes into a file or another program."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

WHOLE = 240
"""Columns of text that nobody's terminal bounds."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their columns' names. The first column, what a row is called, is never cut."""
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number == 0, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console()
    if not console.is_terminal:
        console.width = WHOLE
    console.print(table)
