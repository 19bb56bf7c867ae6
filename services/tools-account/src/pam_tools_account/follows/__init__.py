"""What this worker does at events of others, one a file."""
