"""Trips, weather, fuel and maintenance."""
