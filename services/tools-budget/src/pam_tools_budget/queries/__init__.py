"""The SQL of this worker, by subject. Every statement sees only the rows of the transaction's member."""
