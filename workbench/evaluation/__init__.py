"""Sample answers and scores."""
