"""PiSSA (arXiv:2404.02948): an adapter that begins as the principal part of each weight, which the base then lacks.

Trained is ``W - s·B₀A₀ + s·BA``, with the factors ``A₀``, ``B₀`` that the adapter began with. A saved adapter must work
on ``W``, the base as everybody has it; so what is saved is the plain LoRA of twice the rank ``s·[B, -B₀][A; A₀]``. It
holds the factors of the beginning, from which a training goes on exactly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from peft.utils import SAFETENSORS_WEIGHTS_NAME
from safetensors.torch import load_file, save_file

from workbench.files import write_atomic

_A, _B = ".lora_A.weight", ".lora_B.weight"
_CONFIG = "adapter_config.json"
Factors = dict[str, torch.Tensor]
"""The low-rank factors of an adapter by their names on disk."""


def factors_of(model: Any) -> Factors:
    """A copy of the factors that an adapter has now."""
    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: value.detach().cpu().clone() for name, value in state.items() if name.endswith((_A, _B))}


def beginning_in(folder: Path) -> Factors:
    """The factors that the adapter of a checkpoint, saved by `save_as_plain`, began with."""
    return {name: _halves(name, tensor)[1] for name, tensor in _saved(folder).items() if name.endswith((_A, _B))}


def save_as_plain(folder: Path, beginning: Mapping[str, torch.Tensor]) -> None:
    """Make the adapter that peft has written into a folder one for the original base, of twice the rank."""
    saved = _saved(folder)
    for name, first in beginning.items():
        last = saved[name]
        joined = torch.cat([last, first.to(last)]) if name.endswith(_A) else torch.cat([last, -first.to(last)], dim=1)
        saved[name] = joined.contiguous()
    save_file(saved, folder / SAFETENSORS_WEIGHTS_NAME, metadata={"format": "pt"})
    config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    rank, alpha = config["r"], config["lora_alpha"]
    scaling = alpha / rank**0.5 if config["use_rslora"] else alpha / rank
    config |= {"r": 2 * rank, "lora_alpha": scaling * 2 * rank, "use_rslora": False, "init_lora_weights": True}
    write_atomic(folder / _CONFIG, json.dumps(config, indent=2, sort_keys=True) + "\n")


@torch.no_grad()
def go_on_from(model: Any, folder: Path) -> None:
    """Put a model with a fresh plain adapter into the state that the checkpoint of a PiSSA training was saved in."""
    saved = _saved(folder)
    state = {name: _halves(name, value)[0] if name.endswith((_A, _B)) else value for name, value in saved.items()}
    set_peft_model_state_dict(model, state)
    beginning = beginning_in(folder)
    for name, layer in model.named_modules():
        if isinstance(layer, LoraLayer):
            first = beginning[f"{name}{_A}"].to(layer.get_base_layer().weight.device)
            second = beginning[f"{name}{_B}"].to(first.device)
            _take_out(layer, first, second)


def _take_out(layer: LoraLayer, first: torch.Tensor, second: torch.Tensor) -> None:
    """As peft does when a PiSSA adapter begins, so that the same numbers come out."""
    (scaling,) = layer.scaling.values()
    weight = layer.get_base_layer().weight
    weight.data = (weight.data.float() - scaling * second @ first).to(weight.dtype)


def _halves(name: str, value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A joined factor's trained one, and the one of the beginning."""
    trained, began = value.chunk(2) if name.endswith(_A) else value.chunk(2, dim=1)
    return trained.contiguous(), (began if name.endswith(_A) else -began).contiguous()


def _saved(folder: Path) -> Factors:
    saved: Factors = load_file(folder / SAFETENSORS_WEIGHTS_NAME)
    return saved
