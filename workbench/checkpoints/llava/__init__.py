"""LLaVA models: from the parts of a training to a folder that others load."""
