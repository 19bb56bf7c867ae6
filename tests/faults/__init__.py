"""``make faults``: the guarantees under fire, each fault with its defence on and off."""
