"""What model calls cost: reserved before, settled after, under ceilings."""
