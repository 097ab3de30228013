"""A training against the same training by others: tokens a second, memory, the same losses."""
