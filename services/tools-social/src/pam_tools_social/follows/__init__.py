"""The events of others this worker acts on, one a file."""
