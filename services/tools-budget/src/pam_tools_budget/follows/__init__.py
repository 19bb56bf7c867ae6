"""What this worker does when it hears of others' events, one a file."""
