"""Checkpoints of trainings that see, as the trainer leaves them, and the bases that they were trained on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import torch

from tests.models.vision.tiny import PATCHES, clip_tower, language_model, picture_pixels, sample_tokenizer, save_tower
from workbench.configs.method_settings import LoraSettings
from workbench.configs.provenance import Provenance, write_provenance
from workbench.models.adapters import add_adapter
from workbench.models.load import load_language_model
from workbench.models.vision.open import open_seeing
from workbench.models.vision.parts import Parts, freeze, join, save_parts
from workbench.models.vision.tower import VisionTower, load_vision_tower
from workbench.models.vision.tower_adapter import add_tower_adapter
from workbench.weights.seeing import seeing_folder

Way = Literal["frozen", "lora", "full"]
_LORA = LoraSettings(r=4, lora_alpha=8, lora_dropout=0.0)
_OF_THE_TRAINING = ("optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin")


def save_language_base(folder: Path, kind: str, **changes: Any) -> Path:
    """A language model of a kind that `tests.models.vision.tiny` draws, with the sample's tokenizer."""
    language_model(kind, **changes).save_pretrained(folder)
    sample_tokenizer().save_pretrained(folder)
    return folder


def save_tower_base(folder: Path, tower: VisionTower | None = None) -> Path:
    """A vision tower with its image processor."""
    return save_tower(tower or clip_tower(), folder)


def save_checkpoint(
    folder: Path, base: str, tower: Path, *, language: Way = "lora", vision: Way = "lora", **known: Any
) -> Path:
    """What a training saves, every trained weight moved at random, with files of the trainer's own beside it.

    Args:
        known: fields of its provenance.
    """
    parts = _parts(base, tower, language, vision)
    save_parts(parts, folder, sample_tokenizer())
    for name in _OF_THE_TRAINING:
        (folder / name).write_bytes(b"of the training")
    (folder / "trainer_state.json").write_text(json.dumps({"global_step": 4}), encoding="utf-8")
    told = {"base_model": base, "visual_encoder": str(tower), "method": "full" if language == "full" else "lora"}
    told |= {"visual_select_layer": -2, "pad_image_to_square": True, "prompt_template": "internlm2_chat", "step": 4}
    write_provenance(folder, Provenance.model_validate(told | known))
    return folder


def _parts(base: str, tower_folder: Path, language_way: Way, tower_way: Way) -> Parts:
    torch.manual_seed(4)
    language = load_language_model(base, precision="fp32")
    tower = load_vision_tower(str(tower_folder), precision="fp32")
    adapted = add_tower_adapter(tower, _LORA) if tower_way == "lora" else None
    if language_way == "lora":
        language = add_adapter(language, _LORA, "lora")
    elif language_way == "frozen":
        freeze(language)
    if tower_way == "frozen":
        freeze(tower.model)
    parts = join(language, tower, sample_tokenizer(), adapted_tower=adapted)
    with torch.no_grad():
        for parameter in parts.model.parameters():
            if parameter.requires_grad:
                parameter += torch.randn_like(parameter) * 0.05
    return parts


def logits(model: Any) -> torch.Tensor:
    """Of a picture and three words, over the sample's vocabulary."""
    ids = torch.tensor([[1, 40, *[model.config.image_token_id] * PATCHES, 50, 51, 52]])
    with torch.no_grad():
        found = model(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=picture_pixels()).logits
    return torch.as_tensor(found[..., :2048])


def logits_of_parts(folder: Path, **bases: Any) -> torch.Tensor:
    """Those of the parts together on their bases, as chatting opens them."""
    known = seeing_folder(folder, **bases)

    def load(name: str) -> Any:
        return load_language_model(name, precision="fp32")

    return logits(open_seeing(known, load, sample_tokenizer(), precision="fp32").model)
