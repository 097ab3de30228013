"""workbench: teach an open language model something from the terminal, and see whether it worked."""

__version__ = "0.1.0"
