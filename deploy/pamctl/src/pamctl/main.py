"""``pamctl``: start PAM, look into it, talk to it. One line here per command, one module each in ``commands``."""

import sys
from importlib import import_module
from typing import cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from pam_shared.errors import PamError

COMMANDS = (
    "up",
    "provision",
    "ps",
    "doctor",
    "chat",
    "call",
    "tools",
    "route",
    "history",
    "explain",
    "costs",
    "new-worker",
    "contracts",
    "docs",
    "dead-letters",
)
"""Each is a module in ``commands`` with a function of that name, or with an ``app`` of several."""


class Commands(TyperGroup):
    """Commands that are imported when they are used, and whose errors are a sentence on stderr and exit code 1."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]  # noqa: ARG002
        """Import one command; None when there is no such."""
        return _imported(cmd_name) if cmd_name in COMMANDS else None

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PamError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from None


def _imported(command: str) -> TyperCommand | TyperGroup:
    name = command.replace("-", "_")
    module = import_module(f"pamctl.commands.{name}")
    if hasattr(module, "app"):
        found: TyperCommand | TyperGroup = get_group(module.app)
    else:
        alone = typer.Typer(add_completion=False)
        alone.command()(getattr(module, name))
        found = cast("TyperCommand", get_command(alone))
    found.name = command
    return found


app = typer.Typer(name="pamctl", cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def pamctl() -> None:
    """Start PAM, look into it, talk to it."""
