"""Profile, settings, vehicles, calendar and the shop."""
