"""The stages that XTuner 0.1 trains, by the class of a config's ``model``."""

from __future__ import annotations

from typing import Literal

Kind = Literal["SupervisedFinetune", "LLaVAModel", "DPO", "ORPO", "RewardModel", "InternVL_V1_5"]

KINDS: dict[str, Kind] = {
    "": "SupervisedFinetune",  # the language model itself, under Hugging Face's trainer
    "SupervisedFinetune": "SupervisedFinetune",
    "LLaVAModel": "LLaVAModel",
    "DPO": "DPO",
    "ORPO": "ORPO",
    "RewardModel": "RewardModel",
    "InternVL_V1_5": "InternVL_V1_5",
}

STAGES: dict[Kind, str] = {"DPO": "dpo", "ORPO": "orpo", "RewardModel": "reward"}
"""Those that learn from pairs of answers, by what ``stage`` calls them."""
