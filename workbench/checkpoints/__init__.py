"""From training checkpoints to models others can load: convert and merge."""
