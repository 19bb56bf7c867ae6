"""``pamctl``: start PAM, look into it, talk to it. One line here per command, one module each in ``commands``."""

import sys
from importlib import import_module

import typer
from typer.core import TyperCommand, TyperGroup

from pam_shared.errors import PamError

COMMANDS = (
    "up",
    "provision",
    "ps",
    "doctor",
    "chat",
    "call",
    "tools",
    "history",
    "dead-letters",
)
"""Each is a module in ``commands`` with a function of that name, or with an ``app`` of several."""


class Commands(TyperGroup):
    """Commands that are imported when they are used, and whose errors are a sentence on stderr and exit code 1."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | TyperGroup | None:  # type: ignore[override]
        """Import one command; None when there is no such."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"pamctl.commands.{name}")
        group = getattr(module, "app", None) or typer.Typer(add_completion=False)
        if not hasattr(module, "app"):
            group.command(cmd_name)(getattr(module, name))
        return typer.main.get_command(group)  # type: ignore[return-value]

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PamError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from None


app = typer.Typer(name="pamctl", cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def pamctl() -> None:
    """Start PAM, look into it, talk to it."""
