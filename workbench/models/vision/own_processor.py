"""Pictures for a model that sees by itself, prepared by the processor that came with it.

What stands for a picture among the tokens, and the numbers it becomes, are the processor's. It is put together from
transformers' class for the kind of model, without the part for videos, which would need torchvision; code that came
with a model is never run.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from peft import PeftModel
from PIL import Image
from transformers import AutoImageProcessor, PreTrainedConfig
from transformers.models.auto.processing_auto import PROCESSOR_MAPPING_NAMES

from workbench.models.load import load_errors, load_tokenizer
from workbench.models.vision.pixels import read_picture
from workbench.models.vision.sight import Look, Picture, Sight, sight_of
from workbench.paths import resolve_model
from workbench.weights.own_sight import LLAVA, require_known_kind

_TILED = {"idefics3", "smolvlm"}
"""Kinds that take ``[rows, tiles, …]``; each tile becomes a row of its own, so that pictures can be joined."""
_WRITTEN_AROUND = {"gemma3": "\n\n"}
"""What a processor writes before and behind a picture; it is part of the text there, see `Look`."""
_OF_TOKENS = ("mm_token_type_ids", "token_type_ids")
"""Arguments that say of each token whether it stands for a picture."""


def facts_of(path_or_name: str) -> dict[str, Any]:
    """The ``config.json`` of a model folder or name.

    Raises:
        WorkbenchError: it cannot be read.
    """
    with load_errors(path_or_name):
        found, _rest = PreTrainedConfig.get_config_dict(resolve_model(path_or_name))
    return dict(found)


class _NoVideos:
    """Lets a processor be made without its part for videos."""

    def check_argument_for_proper_class(self, name: str, argument: Any) -> Any:
        if name == "video_processor":
            return None
        return super().check_argument_for_proper_class(name, argument)  # type: ignore[misc]  # of the class beside it


def pictures_only(processor_class: type[Any]) -> type[Any]:
    """The same processor, for which ``video_processor`` is None."""
    return type(processor_class.__name__, (_NoVideos, processor_class), {})


def load_processor(path_or_name: str, kind: str) -> Any:
    """The processor of a model folder or name.

    Raises:
        WorkbenchError: its files are missing, or a package that it needs.
    """
    source = resolve_model(path_or_name)
    processor_class = pictures_only(getattr(transformers, str(PROCESSOR_MAPPING_NAMES[kind])))
    with load_errors(path_or_name):
        parts = {
            "image_processor": AutoImageProcessor.from_pretrained(source, backend="pil"),
            "tokenizer": load_tokenizer(path_or_name),
            "video_processor": None,
        }
        settings, _rest = processor_class.get_processor_dict(source)
        return processor_class.from_args_and_dict([parts[name] for name in processor_class.get_attributes()], settings)


@dataclass(frozen=True)
class ProcessorSight:
    """The sight of a model through its own processor.

    Args:
        accepts: names of the arguments that the model takes.
    """

    processor: Any
    kind: str
    accepts: frozenset[str]

    def look(self, picture: Picture) -> Look:
        image = read_picture(picture) if isinstance(picture, Path) else picture
        made = self._made(image)
        ids = [int(token) for token in made["input_ids"][0]]
        by_token = {
            name: tuple(
                sorted({token for token, is_picture in zip(ids, made[name][0].tolist(), strict=True) if is_picture})
            )
            for name in _OF_TOKENS
            if name in made and name in self.accepts
        }
        around = self._ids_around
        if around and ids[: len(around)] == around and ids[-len(around) :] == around:
            ids = ids[len(around) : -len(around)]
        names = [
            name for name in made if name in self.accepts and name not in {"input_ids", "attention_mask", *_OF_TOKENS}
        ]
        return Look(ids, {name: self._rows(made[name]) for name in names}, by_token)

    def _made(self, image: Image.Image) -> dict[str, torch.Tensor]:
        made = self.processor(
            text=self.processor.image_token,
            images=[image],
            add_special_tokens=False,
            return_tensors="pt",
            return_mm_token_type_ids=True,
        )
        return dict(made)

    @property
    def _ids_around(self) -> list[int]:
        text = _WRITTEN_AROUND.get(self.kind, "")
        return list(self.processor.tokenizer.encode(text, add_special_tokens=False)) if text else []

    def _rows(self, values: torch.Tensor) -> torch.Tensor:
        if self.kind in _TILED:
            return values.transpose(0, 1)
        return values[0] if values.dim() == 5 else values


def own_sight(model: Any, path_or_name: str) -> Sight:
    """The sight of a model that sees by itself, which may have an adapter on it.

    Raises:
        WorkbenchError: it is of a kind that pictures cannot be given to, or its processor's files are missing.
    """
    kind = require_known_kind(facts_of(path_or_name), path_or_name)
    bare = model.get_base_model() if isinstance(model, PeftModel) else model
    if kind == LLAVA:  # its processor does no more than the tower's own, and workbench's own models have no other
        with load_errors(path_or_name):
            pictures = AutoImageProcessor.from_pretrained(resolve_model(path_or_name), backend="pil")
        return sight_of(bare, pictures, pad_image_to_square=False)
    processor = load_processor(path_or_name, kind)
    return ProcessorSight(processor, kind, frozenset(inspect.signature(bare.forward).parameters))
