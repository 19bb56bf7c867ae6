"""The WebSocket protocol pam.v1."""
