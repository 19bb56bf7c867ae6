"""The tool SDK: worker's side and caller's side."""
