"""WHAT to train: the schema, the catalogue, reading and writing config files."""
