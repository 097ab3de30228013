"""Questions that need a tool, and dialogues in which the tools are used."""
