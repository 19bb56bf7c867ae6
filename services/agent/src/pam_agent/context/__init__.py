"""What PAM knows of a member when they speak: asked for in parallel, kept, and told to whoever answers."""
