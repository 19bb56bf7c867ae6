"""The events the diary hears, one a file."""
