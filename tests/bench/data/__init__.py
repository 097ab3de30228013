"""How fast data becomes tokens, and in how much memory."""
