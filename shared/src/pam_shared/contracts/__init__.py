"""Plain data: every subject, stream and message shape."""
