"""People and municipalities."""
