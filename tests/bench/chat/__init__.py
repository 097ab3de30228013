"""How fast answers come, and how fast adapters are switched."""
