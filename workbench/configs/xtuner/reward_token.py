"""The token that an XTuner config puts behind each answer, for a reward model to give its score there."""

from __future__ import annotations

from workbench.configs.xtuner.values import Settings


def reward_token(names: Settings, model: Settings) -> int | None:
    """Its number, as the model, the file or the dataset has it; None where the config says that there is none (-1)."""
    places = (model, names, names.get("train_dataset"))
    found = (place.get("reward_token_id") for place in places if isinstance(place, Settings))
    return next((token for token in found if type(token) is int and token >= 0), None)
