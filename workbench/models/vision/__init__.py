"""Language models that see: vision tower, projector, and the two of them before a language model (LLaVA)."""
