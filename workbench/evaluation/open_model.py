"""The model of a request, loaded: text only, a LLaVA folder on its base, or a whole seeing model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from workbench.chat.placement import quantization_of
from workbench.configs.base_changes import changes_of
from workbench.evaluation.request import ModelToScore
from workbench.models.adapters import load_adapter
from workbench.models.base_changes import make_room
from workbench.models.load import load_language_model, load_tokenizer
from workbench.models.vision.open import is_whole, open_seeing, open_whole
from workbench.models.vision.sight import Sight
from workbench.weights.seeing import seeing_folder


@dataclass(frozen=True)
class Opened:
    """A model that can be asked. ``sight``: how it is given pictures; None if it reads text only."""

    model: Any
    tokenizer: Any
    sight: Sight | None = None


def open_model(wanted: ModelToScore) -> Opened:
    """Load a model on the first GPU, or the CPU.

    Raises:
        WorkbenchError: a part is missing, damaged, or made for another one.
    """
    changes = changes_of(wanted.llava or wanted.adapter)
    if wanted.llava:
        return _on_its_base(wanted, wanted.llava)
    tokenizer = load_tokenizer(wanted.model, wanted.trust_remote_code, changes.new_tokens)
    if is_whole(wanted.model):
        quantization = quantization_of(wanted.bits)
        seeing = open_whole(wanted.model, precision=wanted.precision, quantization=quantization)
        if torch.cuda.is_available() and quantization is None:
            seeing.model.to("cuda")
        return Opened(_adapted(wanted, seeing.model), tokenizer, seeing.sight)
    model = _language_model(wanted, wanted.model)
    make_room(model, tokenizer, changes.new_tokens)
    return Opened(_adapted(wanted, model), tokenizer)


def _adapted(wanted: ModelToScore, model: Any) -> Any:
    return load_adapter(model, wanted.adapter) if wanted.adapter else model


def _on_its_base(wanted: ModelToScore, llava: str) -> Opened:
    folder = seeing_folder(
        llava,
        base=wanted.model,
        visual_encoder=wanted.visual_encoder,
        visual_select_layer=wanted.visual_select_layer,
    )
    tokenizer = load_tokenizer(folder.language_model, wanted.trust_remote_code)
    seeing = open_seeing(folder, partial(_language_model, wanted), tokenizer, precision=wanted.precision)
    seeing.model.model.vision_tower.to(seeing.model.lm_head.weight.device)
    return Opened(seeing.model, tokenizer, seeing.sight)


def _language_model(wanted: ModelToScore, name: str) -> Any:
    changes, quantization = changes_of(wanted.llava or wanted.adapter), quantization_of(wanted.bits)
    return load_language_model(
        name,
        method="qlora" if quantization else "full",
        precision=wanted.precision,
        quantization=quantization,
        max_position_embeddings=changes.max_position_embeddings,
        rope_scaling_type=changes.rope_scaling_type,
        trust_remote_code=wanted.trust_remote_code,
        device_map={"": torch.cuda.current_device()} if torch.cuda.is_available() else None,
    )
