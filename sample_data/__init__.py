"""The embedded sample project, and the scripts that made it: ``python -m sample_data.build``."""
