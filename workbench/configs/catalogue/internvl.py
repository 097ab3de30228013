"""Models that see by themselves (InternVL): how a name is taken apart, and what it stands for.

A name is ``internvl_VERSION_LANGUAGEMODEL[_METHOD]_finetune``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from workbench.configs.catalogue import methods
from workbench.configs.catalogue.entry import CatalogueEntry
from workbench.configs.catalogue.grammar import one_of
from workbench.configs.catalogue.seeing_tables import DATA_BY_KEY, FINETUNE
from workbench.i18n import _

_MODELS = {
    "v1_5_internlm2_2b": ("OpenGVLab/Mini-InternVL-Chat-2B-V1-5", "InternVL 1.5 2B"),
    "v1_5_phi3_4b": ("OpenGVLab/Mini-InternVL-Chat-4B-V1-5", "InternVL 1.5 4B"),
    "v1_5_internlm2_26b": ("OpenGVLab/InternVL-Chat-V1-5", "InternVL 1.5 26B"),
    "v2_internlm2_2b": ("OpenGVLab/InternVL2-2B", "InternVL2 2B"),
    "v2_phi3_4b": ("OpenGVLab/InternVL2-4B", "InternVL2 4B"),
    "v2_internlm2_5_8b": ("OpenGVLab/InternVL2-8B", "InternVL2 8B"),
    "v2_internlm2_26b": ("OpenGVLab/InternVL2-26B", "InternVL2 26B"),
    "v3_qwen2_5_1b": ("OpenGVLab/InternVL3-1B-hf", "InternVL3 1B"),
    "v3_qwen2_5_2b": ("OpenGVLab/InternVL3-2B-hf", "InternVL3 2B"),
    "v3_qwen2_5_8b": ("OpenGVLab/InternVL3-8B-hf", "InternVL3 8B"),
}
_METHODS = ("full", "lora", "qlora")
_LARGE = "26b"
_SHORT = "v1_5_internlm2_26b"


@dataclass(frozen=True)
class InternvlRecipe:
    """A config of a model that sees by itself: keys of the tables."""

    model: str
    method: str

    def settings(self) -> dict[str, Any]:
        """The fields of the config; a step has 16 samples on each device, and 8 of the largest."""
        is_large, is_full = self.model.endswith(_LARGE), self.method == "full"
        batch_size = (1 if is_large else 4) if is_full else (2 if is_large else 8)
        return {
            **methods.BY_KEY[self.method].settings,
            **DATA_BY_KEY["", FINETUNE].settings,
            "pretrained_model_name_or_path": _MODELS[self.model][0],
            "own_processor": True,
            "prompt_template": "auto",
            "dataset_format": "llava",
            "pack_to_max_length": False,
            "group_by_length": True,
            "max_length": 4096 if self.model == _SHORT else 8192,
            "batch_size": batch_size,
            "accumulative_counts": (8 if is_large else 16) // batch_size,
            "dataloader_num_workers": 4,
            "max_epochs": 1,
            "lr": 1e-6,
            "weight_decay": 0.01 if self.model == _SHORT else 0.05,
            "lora": {"r": 128, "lora_alpha": 256, "lora_dropout": 0.05},
            "save_steps": 1000,
            "save_total_limit": 1,
            "evaluation_inputs": [],
        }

    def entry(self, name: str) -> CatalogueEntry:
        """Its row of the catalogue."""
        path, title = _MODELS[self.model]
        data = DATA_BY_KEY["", FINETUNE]
        summary = " · ".join((title, _(methods.BY_KEY[self.method].title), _(data.title)))
        return CatalogueEntry(name, "internvl", path, self.method, "llava", "llava_finetune", summary)


def published_names() -> list[str]:
    """All names of models that see by themselves."""
    return [f"internvl_{model}{'' if way == 'full' else '_' + way}_finetune" for model in _MODELS for way in _METHODS]


def parse_name(name: str) -> InternvlRecipe | None:
    """The recipe of a name; None if it is not of this grammar."""
    match = _GRAMMAR.fullmatch(name)
    return InternvlRecipe(match["model"], match["method"] or "full") if match else None


_GRAMMAR = re.compile(rf"internvl_(?P<model>{one_of(_MODELS)})(?:_(?P<method>lora|qlora))?_finetune")
