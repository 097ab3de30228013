"""The built-in tools: each is a module with ``run(arguments, settings) -> str``, imported in the tool host only."""
