"""The SQL of this worker, by subject. Every statement sees only the rows of the transaction's member.

Within ``operators.as_operator`` it sees the rows of all members, in the tables operators are granted.
"""
