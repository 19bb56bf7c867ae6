"""The SQL of this worker. Every statement sees only the rows of the transaction's member, and what all may know."""
