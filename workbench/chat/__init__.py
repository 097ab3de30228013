"""The chat engine, its protocol, and conversations on disk."""
