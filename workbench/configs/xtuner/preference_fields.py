"""The losses on pairs of answers (DPO, ORPO, reward model), from an XTuner config."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.configs.xtuner.kinds import STAGES, Kind
from workbench.configs.xtuner.report import Part

_NUMBER = (int, float)
_FIELDS: Mapping[Kind, Mapping[str, tuple[str, Any, Any]]] = {
    "DPO": {
        "loss_type": ("loss_type", str, "sigmoid"),
        "beta": ("beta", _NUMBER, 0.1),
        "label_smoothing": ("label_smoothing", _NUMBER, 0.0),
    },
    "ORPO": {"beta": ("beta", _NUMBER, 0.1)},
    "RewardModel": {
        "loss_type": ("reward_loss_type", str, "ranking"),
        "penalty_type": ("penalty_type", str, "log_barrier"),
        "penalty_weight": ("penalty_weight", _NUMBER, 0.01),
    },
}
"""Our field, the kind of its value, and what XTuner takes where none is given."""


def carry_preference(model: Part, kind: Kind) -> None:
    """Carry over the stage and its loss; other stages have none."""
    stage = STAGES.get(kind)
    if stage is None:
        return
    model.report.carry("stage", stage, model.full_name("type"))
    for key, (name, value_kind, absent) in _FIELDS[kind].items():
        model.carry(key, f"preference.{name}", value_kind, absent=absent)
