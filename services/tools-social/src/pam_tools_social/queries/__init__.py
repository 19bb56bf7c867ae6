"""The SQL of this worker. Row-level security shows the member's own rows and what others show to the member."""
