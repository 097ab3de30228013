"""Models that learn from pairs of answers (DPO, ORPO, reward models): how a name is taken apart, what it stands for.

A name is ``MODEL_STAGE_METHOD[_varlenattn][_DATA][_eEPOCHS]``. Pairs are never packed, so that ``varlenattn``, which
keeps the samples of a pack apart, asks for nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from workbench.configs.catalogue import methods, models
from workbench.configs.catalogue.dataset import TrainingData
from workbench.configs.catalogue.entry import CatalogueEntry
from workbench.configs.catalogue.grammar import EPOCHS, one_of
from workbench.configs.catalogue.systems import SYSTEMS
from workbench.i18n import N_, _

_ORPO_DPO_MIX, _ULTRAFEEDBACK, _OWN_PAIRS, _SAMPLE = "orpo_dpo_mix", "ultrafeedback", "jsonl_dataset", "sample"
_SAMPLE_MODEL = "workbench_sample"
_ORPO_FORMAT = "orpo_dpo_mix_40k"
DATA = (
    TrainingData(
        _ORPO_DPO_MIX,
        N_("pairs of answers (orpo-dpo-mix)"),
        {"data_path": "mlabonne/orpo-dpo-mix-40k", "dataset_format": _ORPO_FORMAT},
    ),
    TrainingData(
        _ULTRAFEEDBACK,
        N_("pairs of answers (UltraFeedback)"),
        {"data_path": "argilla/ultrafeedback-binarized-preferences-cleaned", "dataset_format": _ORPO_FORMAT},
    ),
    TrainingData(
        _OWN_PAIRS,
        N_("your own pairs of answers"),
        {"data_path": "path/to/your/pairs.jsonl", "dataset_format": "preference"},
    ),
    TrainingData(
        _SAMPLE,
        N_("right and friendly answers (sample pairs)"),
        {
            "data_path": "sample:preferences.jsonl",
            "eval_data_path": "sample:preferences.held_out.jsonl",
            "dataset_format": "preference",
        },
    ),
)
_DATA_BY_KEY = {data.key: data for data in DATA}
_ASKED: dict[str, Any] = {
    "system": SYSTEMS["alpaca"],
    "evaluation_inputs": [
        "Please tell me five scenic spots in Shanghai",
        "What is 17 times 23? Answer with the number.",
    ],
}
_STAGES: dict[str, dict[str, Any]] = {
    "dpo": {"lr": 5e-7, **_ASKED},
    "orpo": {"lr": 5e-6, **_ASKED},
    "reward": {"lr": 2e-5, "max_epochs": 1, "batch_size": 4, "evaluation_inputs": []},
}
_STAGE_TITLES = {"dpo": N_("preferences (DPO)"), "orpo": N_("preferences (ORPO)"), "reward": N_("a reward model")}
_BEFORE = {
    "internlm2_chat_1_8b": "internlm/internlm2-chat-1_8b-sft",
    "internlm2_chat_7b": "internlm/internlm2-chat-7b-sft",
}
"""Chat models before they learnt from pairs, where there are such."""
_OF_SAMPLE_MODEL: dict[str, Any] = {
    "prompt_template": "internlm2_chat",
    "max_length": 128,
    "batch_size": 8,
    "accumulative_counts": 1,
    "max_epochs": 4,
    "lr": 1e-3,
    "lora": {"r": 8, "lora_alpha": 16, "lora_dropout": 0.0},
    "save_steps": 40,
    "evaluation_freq": 40,
    "evaluation_max_new_tokens": 24,
    "system": "",
}
_ASKED_OF_SAMPLE_MODEL = ["What is the capital of Vietnam?", "9加5等于几？", "What is the opposite of black?"]
"""Of the held-out pairs."""


@dataclass(frozen=True)
class PairsRecipe:
    """A config of a model that learns from pairs; keys of the tables, and passes over the data (None: as usual)."""

    model: str
    stage: str
    method: str
    data: str
    epochs: int | None = None
    varlen: bool = False

    def settings(self) -> dict[str, Any]:
        """The fields of the config; later tables win."""
        model = models.BY_KEY[self.model]
        settings = {
            "pretrained_model_name_or_path": _BEFORE.get(self.model, model.name_or_path),
            "prompt_template": "auto",
            "stage": self.stage,
            "pack_to_max_length": False,
            **methods.BY_KEY[self.method].settings,
            **_STAGES[self.stage],
            **_DATA_BY_KEY[self.data].settings,
        }
        if self.stage == "reward":
            settings |= {"lr": 2e-5 if settings["method"] == "full" else 1e-4}
            settings |= {"batch_size": 1} if self.varlen else {}
        if self.stage == "orpo" and self.epochs:
            settings |= {"warmup_ratio": 0.01}
        if self.model == _SAMPLE_MODEL:
            asked = [] if self.stage == "reward" else _ASKED_OF_SAMPLE_MODEL
            settings |= {**_OF_SAMPLE_MODEL, "evaluation_inputs": asked}
        return settings | ({"max_epochs": self.epochs} if self.epochs else {})

    def entry(self, name: str) -> CatalogueEntry:
        """Its row of the catalogue."""
        model, data, settings = models.BY_KEY[self.model], _DATA_BY_KEY[self.data], self.settings()
        words = model.title, _(_STAGE_TITLES[self.stage]), _(methods.BY_KEY[self.method].title), _(data.title)
        path, method = str(settings["pretrained_model_name_or_path"]), str(settings["method"])
        return CatalogueEntry(name, model.family, path, method, data.key, self.stage, " · ".join(words))


_PUBLISHED = {
    _SAMPLE_MODEL: "dpo_lora orpo_lora reward_lora",
    "internlm2_chat_1_8b": """dpo_full dpo_full_varlenattn dpo_full_varlenattn_jsonl_dataset
        orpo_full orpo_full_varlenattn orpo_full_varlenattn_jsonl_dataset
        reward_full_ultrafeedback reward_full_varlenattn_jsonl_dataset reward_full_varlenattn_ultrafeedback
        reward_qlora_varlenattn_ultrafeedback""",
    "internlm2_chat_7b": "dpo_qlora_varlenattn orpo_qlora_varlenattn_ultrafeedback_e5",
    "llama3_8b_instruct": """dpo_qlora_varlenattn orpo_qlora_varlenattn_ultrafeedback_e5
        reward_full_varlenattn_ultrafeedback""",
    "minicpm_1b": "dpo_qlora",
    "minicpm_2b": "dpo_qlora",
    "qwen2_5_0_5b_instruct": "dpo_full dpo_qlora_jsonl_dataset reward_full_ultrafeedback",
    "qwen2_5_7b_instruct": "dpo_qlora dpo_qlora_jsonl_dataset orpo_qlora reward_qlora_ultrafeedback",
    "qwen3_4b_instruct_2507": "dpo_qlora dpo_qlora_jsonl_dataset",
    "llama3_1_8b_instruct": "dpo_qlora dpo_qlora_jsonl_dataset",
    "llama3_2_1b_instruct": "dpo_full dpo_qlora_jsonl_dataset",
    "smollm2_135m_instruct": "dpo_full",
}


def published_names() -> list[str]:
    """All names of models that learn from pairs."""
    return [f"{model}_{rest}" for model, rests in _PUBLISHED.items() for rest in rests.split()]


def parse_name(name: str) -> PairsRecipe | None:
    """The recipe of a name, published or merely well-formed; None if it is neither."""
    match = _GRAMMAR.fullmatch(name)
    if match is None:
        return None
    usual = _ULTRAFEEDBACK if match["stage"] == "reward" else _ORPO_DPO_MIX
    if match["model"] == _SAMPLE_MODEL:
        usual = _SAMPLE
    epochs = int(match["epochs"]) if match["epochs"] else None
    return PairsRecipe(
        match["model"], match["stage"], match["method"], match["data"] or usual, epochs, bool(match["varlen"])
    )


_GRAMMAR = re.compile(
    rf"(?P<model>{one_of(models.BY_KEY)})_(?P<stage>{one_of(_STAGES)})_(?P<method>qlora|lora|full)"
    rf"(?P<varlen>_varlenattn)?(?:_(?P<data>{one_of(_DATA_BY_KEY)}))?(?:{EPOCHS})?"
)
