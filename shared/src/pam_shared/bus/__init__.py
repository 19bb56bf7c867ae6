"""NATS, hardened: publishing, requesting, consuming, the conversation log."""
