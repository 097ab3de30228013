"""LLaVA folders on the sample model and the sample's vision tower, drawn and not trained."""

from __future__ import annotations

from pathlib import Path

import torch

from workbench.configs.method_settings import LoraSettings
from workbench.configs.provenance import Provenance, write_provenance
from workbench.models.adapters import add_adapter
from workbench.models.load import load_language_model, load_tokenizer
from workbench.models.vision.parts import freeze, join, save_parts
from workbench.models.vision.tower import load_vision_tower

BASE, TOWER = "sample:model", "sample:vision_tower"


def first_stage(folder: Path, *, says_what_it_goes_with: bool = True) -> Path:
    """Made as the first stage of a training makes it: a projector alone."""
    return _made(folder, with_adapter=False, says_what_it_goes_with=says_what_it_goes_with)


def second_stage(folder: Path) -> Path:
    """Made as the second stage makes it: a projector, and an adapter of the language model."""
    return _made(folder, with_adapter=True, says_what_it_goes_with=True)


def _made(folder: Path, *, with_adapter: bool, says_what_it_goes_with: bool) -> Path:
    torch.manual_seed(5)
    language, tower = load_language_model(BASE, precision="fp32"), load_vision_tower(TOWER, precision="fp32")
    freeze(language)
    freeze(tower.model)
    if with_adapter:
        language = add_adapter(language, LoraSettings(r=4, lora_alpha=8, lora_dropout=0.0), "lora")
    tokenizer = load_tokenizer(BASE)
    folder.mkdir(parents=True)
    save_parts(join(language, tower, tokenizer), folder, tokenizer)
    if says_what_it_goes_with:
        known = Provenance(prompt_template="internlm2_chat", base_model=BASE, visual_encoder=TOWER)
        write_provenance(folder, known)
    return folder
