"""What is measured, one program each; those of other projects run with the Python of their own environment."""
