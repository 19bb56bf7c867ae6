"""The agent's turn logic in one process, on virtual time, under faults drawn from a seed."""
