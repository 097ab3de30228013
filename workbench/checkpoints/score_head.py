"""The head that gives scores (``stage: reward``), where an adapter with one is merged into a base that writes text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.checkpoints.adapter import Adapter
from workbench.checkpoints.merge_places import HEADS
from workbench.checkpoints.model_files import ModelFiles

SCORE_HEAD = "score.weight"
"""As transformers names it in all its ``…ForSequenceClassification``."""


def gives_scores(adapter: Adapter) -> bool:
    """Whether an adapter brings such a head."""
    return SCORE_HEAD in adapter.whole


def with_score_head(base: ModelFiles, adapter: Adapter) -> ModelFiles:
    """The base with the adapter's head instead of the one that writes text."""
    body = {name: tensor for name, tensor in base.stored.items() if name not in HEADS}
    return replace(base, stored={**body, SCORE_HEAD: adapter.whole[SCORE_HEAD]})


def score_config(config: dict[str, Any]) -> dict[str, Any]:
    """What ``config.json`` says otherwise of such a model."""
    causal = str((config.get("architectures") or ["ModelForCausalLM"])[0])
    return {
        "architectures": [causal.replace("ForCausalLM", "ForSequenceClassification")],
        "id2label": {"0": "LABEL_0"},
        "label2id": {"LABEL_0": 0},
    }
