"""How fast checkpoints become models, and in how much memory."""
