"""Real servers out of wheels: NATS, PostgreSQL, Valkey."""
