"""What the parts of a LLaVA model are, in a few words each: of a folder in XTuner's layout, or of one whole model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.weights.folder import listed
from workbench.weights.seeing import LLAVA_PARTS
from workbench.weights.small_json import json_object

ONE_MODEL = "llava"
"""``model_type`` of transformers' LLaVA, and of the LLaVA project's own layout."""


def parts_of_folder(folder: Path, names: frozenset[str], config: dict[str, Any]) -> tuple[str, ...]:
    """The parts of a folder in XTuner's layout.

    Args:
        names: of the folders in it.
        config: its own ``config.json``, if a whole language model lies in it.
    """
    whole = [f"llm ({config.get('model_type', '?')})"] if config else []
    return (*whole, *(_said(folder / name) for name in LLAVA_PARTS if name in names))


def parts_of_model(config: dict[str, Any]) -> tuple[str, ...]:
    """The parts of transformers' LLaVA; none of any other model."""
    text, vision = config.get("text_config"), config.get("vision_config")
    if config.get("model_type") != ONE_MODEL or not isinstance(text, dict) or not isinstance(vision, dict):
        return ()
    kinds = (str(text.get("model_type", "?")), str(vision.get("model_type", "?")))
    return f"language_model ({kinds[0]})", f"vision_tower ({kinds[1]})", "multi_modal_projector"


def without_weights(folder: Path, names: frozenset[str]) -> list[str]:
    """The parts of a folder in XTuner's layout whose folders hold no weights."""
    return [name for name in LLAVA_PARTS if name in names and not listed(folder / name).weights]


def _said(part: Path) -> str:
    adapter, config = json_object(part / "adapter_config.json"), json_object(part / "config.json")
    if "r" in adapter:
        return f"{part.name} (r {adapter['r']}, lora_alpha {adapter.get('lora_alpha', '?')})"
    if "llm_hidden_size" in config:
        return f"{part.name} ({config.get('visual_hidden_size', '?')} → {config['llm_hidden_size']})"
    kind = config.get("model_type")
    return f"{part.name} ({kind})" if kind else part.name
