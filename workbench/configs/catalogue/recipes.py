"""Text models that learn from texts and dialogues: how a name is taken apart, and what it stands for.

A name is ``MODEL_METHOD_DATA_eEPOCHS[_SUFFIX]`` or, of XTuner's speed tests, ``MODEL_METHOD_DATA_LENGTH_spGPUS``; names
outside that grammar are listed with what they stand for (`irregular`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from workbench.configs.catalogue import datasets, methods, models
from workbench.configs.catalogue.entry import CatalogueEntry
from workbench.configs.catalogue.grammar import EPOCHS, one_of
from workbench.i18n import _

SUFFIXES: dict[str, dict[str, Any]] = {
    "": {},
    "gpu8": {"batch_size": 8, "accumulative_counts": 1, "dataloader_num_workers": 2},
    "2k_gpu8": {"max_length": 2048, "accumulative_counts": 2, "evaluation_freq": 50},
    "16k_2gpus": {
        "max_length": 16384,
        "sequence_parallel_size": 2,
        "accumulative_counts": 2,
        "evaluation_freq": 50,
    },
    "32k_varlen": {"max_length": 32768, "use_varlen_attn": True},
    "sequence_parallel_4": {"sequence_parallel_size": 4, "accumulative_counts": 4},
    "hf": {"optim_type": "adamw_torch", "warmup_ratio": 0.0, "save_steps": 16000, "evaluation_inputs": []},
}
_LENGTHS = {"8k": 2**13, "32k": 2**15, "128k": 2**17, "256k": 2**18, "1M": 2**20}
_SPEED_EPOCHS = 3


@dataclass(frozen=True)
class Recipe:
    """A config in four words: keys of the three tables, passes over the data, and a key of `SUFFIXES`.

    Args:
        own: settings of this one name.
    """

    model: str
    method: str
    data: str
    epochs: int
    suffix: str = ""
    own: tuple[tuple[str, Any], ...] = ()

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
            **dict(self.own),
        }

    def entry(self, name: str) -> CatalogueEntry:
        """Its row of the catalogue."""
        model, data = models.BY_KEY[self.model], datasets.BY_KEY[self.data]
        summary = " · ".join((model.title, _(methods.BY_KEY[self.method].title), _(data.title)))
        method = str(self.settings()["method"])
        return CatalogueEntry(name, model.family, model.name_or_path, method, data.key, data.stage, summary)


def parse_name(name: str) -> Recipe | None:
    """The recipe of a name that is well-formed; None if it is not."""
    match = _GRAMMAR.fullmatch(name)
    if match is None:
        return None
    words = match["model"], match["method"], match["data"]
    if match["share"]:
        return Recipe(*words, _SPEED_EPOCHS, own=_speed(match["length"], int(match["share"])))
    return Recipe(*words, int(match["epochs"]), match["suffix"] or "")


def _speed(length: str, share: int) -> tuple[tuple[str, Any], ...]:
    """A speed test: so many GPUs share a sequence of a length; nothing is saved or asked on the way."""
    settings = {
        "max_length": _LENGTHS[length],
        "sequence_parallel_size": share,
        "accumulative_counts": share,
        "dataloader_num_workers": 4,
        "save_steps": -1,
        "evaluation_inputs": [],
    }
    return tuple(settings.items())


_GRAMMAR = re.compile(
    rf"(?P<model>{one_of(models.BY_KEY)})_(?P<method>{one_of(methods.BY_KEY)})_(?P<data>{one_of(datasets.BY_KEY)})"
    rf"(?:{EPOCHS}(?:_(?P<suffix>{one_of(SUFFIXES)}))?|_(?P<length>{one_of(_LENGTHS)})_sp(?P<share>[1-9]\d?))"
)
