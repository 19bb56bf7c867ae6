"""``python -m pamctl``."""

from pamctl.main import app

app()
