"""Text models: which model × method × data sets are published under a name, and how a name is taken apart.

A name is ``MODEL_METHOD_DATA_eEPOCHS[_SUFFIX]``; names outside that grammar are listed with what they stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from workbench.configs.catalogue import datasets, methods, models
from workbench.configs.catalogue.entry import CatalogueEntry
from workbench.i18n import _

SUFFIXES: dict[str, dict[str, Any]] = {
    "": {},
    "gpu8": {},
    "2k_gpu8": {"max_length": 2048, "accumulative_counts": 2, "evaluation_freq": 50},
    "sequence_parallel_4": {"sequence_parallel_size": 4, "accumulative_counts": 4},
}


@dataclass(frozen=True)
class Recipe:
    """A config in four words: keys of the three tables, passes over the data, and a key of `SUFFIXES`."""

    model: str
    method: str
    data: str
    epochs: int
    suffix: str = ""

    def settings(self) -> dict[str, Any]:
        """The fields of the config. Later tables win: the data knows its lengths, the model what suits it, the suffix
        what the name asks for.
        """
        model = models.BY_KEY[self.model]
        return {
            "pretrained_model_name_or_path": model.name_or_path,
            "prompt_template": model.prompt_template,
            "max_epochs": self.epochs,
            **methods.BY_KEY[self.method].settings,
            **datasets.BY_KEY[self.data].settings,
            **model.settings,
            **model.settings_by_method.get(self.method, {}),
            **SUFFIXES[self.suffix],
        }

    def entry(self, name: str) -> CatalogueEntry:
        """Its row of the catalogue."""
        model, data = models.BY_KEY[self.model], datasets.BY_KEY[self.data]
        summary = " · ".join((model.title, _(methods.BY_KEY[self.method].title), _(data.title)))
        method = str(self.settings()["method"])
        return CatalogueEntry(name, model.family, model.name_or_path, method, data.key, data.stage, summary)


IRREGULAR = {
    "internlm2_7b_w_tokenized_dataset": Recipe("internlm2_7b", "full_finetune", "tokenized_dataset", 1),
    "internlm2_7b_w_untokenized_dataset": Recipe("internlm2_7b", "full_finetune", "untokenized_dataset", 1),
}

_PUBLISHED = {
    "internlm2_1_8b": "full_alpaca_e3 qlora_alpaca_e3 full_custom_pretrain_e1 qlora_identity_e2",
    "internlm2_chat_1_8b": "full_alpaca_e3 qlora_alpaca_e3 qlora_custom_sft_e1 qlora_identity_e2",
    "internlm2_7b": """full_custom_pretrain_e1 full_finetune_custom_dataset_e1
        full_finetune_custom_dataset_e1_sequence_parallel_4 qlora_alpaca_e3 qlora_arxiv_gentitle_e3
        qlora_code_alpaca_e3 qlora_colorist_e5 qlora_json_e3 qlora_lawyer_e3 qlora_msagent_react_e3_gpu8
        qlora_oasst1_512_e3 qlora_oasst1_e3 qlora_sql_e3""",
    "internlm2_chat_7b": """full_finetune_custom_dataset_e1 qlora_alpaca_e3 qlora_code_alpaca_e3 qlora_custom_sft_e1
        qlora_lawyer_e3 qlora_oasst1_512_e3 qlora_oasst1_e3 qlora_identity_e2""",
    "internlm2_5_chat_7b": "full_finetune_custom_dataset_e1 qlora_alpaca_e3 qlora_oasst1_e3",
    "llama3_8b": "full_alpaca_e3",
    "llama3_8b_instruct": "full_alpaca_e3 qlora_alpaca_e3 qlora_identity_e2",
    "llama3_70b_instruct": "qlora_alpaca_e3_2k_gpu8",
    "workbench_sample": "qlora_identity_e2 lora_identity_e2 full_identity_e2",
}


def published_names() -> list[str]:
    """All names of text models."""
    composed = [f"{model}_{rest}" for model, rests in _PUBLISHED.items() for rest in rests.split()]
    return [*composed, *IRREGULAR]


def parse_name(name: str) -> Recipe | None:
    """The recipe of a name, published or merely well-formed; None if it is neither."""
    if name in IRREGULAR:
        return IRREGULAR[name]
    match = _GRAMMAR.fullmatch(name)
    if match is None:
        return None
    return Recipe(match["model"], match["method"], match["data"], int(match["epochs"]), match["suffix"] or "")


def _one_of(keys: dict[str, Any]) -> str:
    return "|".join(sorted((re.escape(key) for key in keys if key), key=len, reverse=True))


_GRAMMAR = re.compile(
    rf"(?P<model>{_one_of(models.BY_KEY)})_(?P<method>{_one_of(methods.BY_KEY)})_(?P<data>{_one_of(datasets.BY_KEY)})"
    rf"_e(?P<epochs>[1-9]\d?)(?:_(?P<suffix>{_one_of(SUFFIXES)}))?"
)
