"""The tables every tool worker's schema has: inbox and outbox."""
