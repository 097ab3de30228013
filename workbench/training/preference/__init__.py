"""Training on which of two answers is better: DPO, ORPO and reward models."""
