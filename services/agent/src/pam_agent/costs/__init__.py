"""What model calls cost: asked for before, paid after."""
