"""The stages that XTuner 0.1 trains, by the class of a config's ``model``."""

from __future__ import annotations

from typing import Literal

from workbench.i18n import N_

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

TRAINED: tuple[Kind, ...] = ("SupervisedFinetune", "LLaVAModel")
"""Those that workbench trains."""

TITLES: dict[Kind, str] = {
    "SupervisedFinetune": N_("supervised fine-tuning of a text model"),
    "LLaVAModel": N_("a LLaVA model (text and images)"),
    "DPO": N_("a preference stage (DPO)"),
    "ORPO": N_("a preference stage (ORPO)"),
    "RewardModel": N_("a reward model"),
    "InternVL_V1_5": N_("an InternVL model (text and images)"),
}
"""What each of them is, in words; translated when shown."""
