"""Fetching models and datasets from the hubs, and putting results there."""
