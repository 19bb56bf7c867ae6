"""A stand-in for the outside world: the same shapes, invented figures, no network, all of it marked as a sample."""
