"""A member's money."""
