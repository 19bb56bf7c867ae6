"""Measurements: one run compares the SDK alone with the same turn through everything."""
