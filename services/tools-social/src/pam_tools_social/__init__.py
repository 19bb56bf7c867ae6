"""Friends on the road."""
