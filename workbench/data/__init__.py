"""FROM files TO training rows: formats, conversations, prompt templates, tokens with loss flags, packs."""
