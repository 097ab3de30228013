"""Low-rank adapters of a vision tower, in a folder as XTuner has it.

On disk a CLIP tower's layers are below ``vision_model``; in memory, on newer versions of transformers, they are not.
"""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from peft import LoraConfig, PeftConfig, get_peft_model, get_peft_model_state_dict
from peft.utils import SAFETENSORS_WEIGHTS_NAME, load_peft_weights
from safetensors import SafetensorError
from safetensors.torch import save_file

from workbench.configs.method_settings import LoraSettings
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.adapters import DEFAULT_NAME, put_on
from workbench.models.vision.tower import VisionTower

_MEMORY, _DISK = "base_model.model.", "base_model.model.vision_model."


def add_tower_adapter(tower: VisionTower, settings: LoraSettings) -> Any:
    """Freeze the tower and put a fresh adapter on its linear layers; a peft model, the tower inside shared.

    Raises:
        WorkbenchError: ``target_modules`` names a layer that the tower does not have.
    """
    known = _linear_layers(tower.model)
    wanted = settings.target_modules or known
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise WorkbenchError(
            _("The model has no layer {names}.").format(names=", ".join(unknown)),
            where="visual_encoder_lora.target_modules",
            fix=_("Linear layers of this model: {names}.").format(names=", ".join(known)),
        )
    config = LoraConfig(
        r=settings.r,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        bias=settings.bias,
        target_modules=wanted,
    )
    return get_peft_model(tower.model, config)


def save_tower_adapter(adapted: Any, folder: Path) -> None:
    """Write the adapter of a tower that `add_tower_adapter` or `load_tower_adapter` made."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = get_peft_model_state_dict(adapted)
    renamed = {_on_disk(name): tensor.detach().cpu().contiguous() for name, tensor in weights.items()}
    save_file(renamed, folder / SAFETENSORS_WEIGHTS_NAME, metadata={"format": "pt"})
    adapted.peft_config["default"].save_pretrained(folder)


def load_tower_adapter(
    tower: VisionTower, folder: Path, *, trainable: bool = False, beside: Any = None, name: str = DEFAULT_NAME
) -> Any:
    """The tower with an adapter from disk on it, a peft model.

    Args:
        beside: the peft model around the tower, if it has an adapter already.
        name: peft's name for the adapter.

    Raises:
        WorkbenchError: there is none, it is damaged, or it was made for another tower, which is as it was then.
    """
    try:
        config = PeftConfig.from_pretrained(str(folder))
        weights = {_in_memory(layer): tensor for layer, tensor in load_peft_weights(str(folder), device="cpu").items()}
        config.inference_mode = not trainable
        return put_on(beside or tower.model, config, weights, name).train(trainable)
    except (SafetensorError, UnpicklingError, EOFError, OSError, ValueError, KeyError, RuntimeError) as error:
        raise WorkbenchError(
            _("The adapter does not fit this model: {reason}").format(reason=str(error).split("\n")[0][:300]),
            where=str(folder),
            fix=_("Name the vision tower that it was trained on: --visual-encoder FOLDER."),
        ) from error


def _linear_layers(model: Any) -> list[str]:
    return sorted(
        {name.rsplit(".", 1)[-1] for name, module in model.named_modules() if isinstance(module, torch.nn.Linear)}
    )


def _on_disk(name: str) -> str:
    return name if name.startswith(_DISK) else name.replace(_MEMORY, _DISK, 1)


def _in_memory(name: str) -> str:
    return name.replace(_DISK, _MEMORY, 1)
