"""One module per command of ``pamctl``."""
