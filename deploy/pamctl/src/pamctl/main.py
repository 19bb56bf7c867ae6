"""``pamctl``: start PAM, look into it, talk to it. One line here per command, one module each in ``commands``."""

import sys

import typer
from typer.core import TyperGroup

from pam_shared.errors import PamError
from pamctl.commands import call, chat, dead_letters, doctor, history, provision, ps, tools, up


class Sentences(TyperGroup):
    """Commands whose errors are a sentence on stderr and exit code 1."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command."""
        try:
            return super().invoke(ctx)
        except PamError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(1) from None


app = typer.Typer(name="pamctl", help="Start PAM, look into it, talk to it.", cls=Sentences, no_args_is_help=True, pretty_exceptions_enable=False)

app.command()(up.up)
app.command()(provision.provision)
app.command()(ps.ps)
app.command()(doctor.doctor)
app.command()(chat.chat)
app.command()(call.call)
app.command()(tools.tools)
app.command()(history.history)
app.add_typer(dead_letters.app, name="dead-letters")
