"""Sentences with what they ask for, and how well the minds find that out."""
