"""A LLaVA model as one model: ``LlavaForConditionalGeneration`` of transformers, or the layout of the LLaVA project.

The language model has Llama's names in both; InternLM2, the same network under other names, is written under these.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from transformers import AddedToken

from workbench.checkpoints.adapter_files import planned
from workbench.checkpoints.full_model import change_config
from workbench.checkpoints.model_files import ModelFiles, astray_note, copy_beside
from workbench.checkpoints.pth.bases import require_base
from workbench.checkpoints.pth.context import Context, PlannedFolder
from workbench.checkpoints.pth.language import config_changes
from workbench.checkpoints.pth.llama_names import llama_config, with_llama_names
from workbench.checkpoints.pth.projector import projector_settings
from workbench.checkpoints.pth.vision import PROCESSOR_FILE, vision_config
from workbench.checkpoints.pth.whole_parts import whole_language_model, whole_vision
from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.load import load_tokenizer

IMAGE_TOKEN, PAD_TOKEN = "<image>", "<pad>"
_EMBEDDINGS = ("model.embed_tokens.weight", "lm_head.weight")
_VOCABULARY_STEP = 64
_LAYER, _CLIP = -2, "clip_vision_model"
"""Of the vision tower the last layer but one is used."""


def one_model(context: Context) -> PlannedFolder:
    """The model in the layout that is asked for.

    Raises:
        WorkbenchError: a part is missing, of a kind that the layout does not know, or does not fit.
    """
    return (huggingface if context.request.save_format == "huggingface" else official)(context)


def huggingface(context: Context) -> PlannedFolder:
    """One ``LlavaForConditionalGeneration``.

    Raises:
        WorkbenchError: a part is missing, of a kind that the class does not know, or does not fit.
    """
    language, vision = _require_models(context)
    settings = projector_settings(context)
    if settings["depth"] != 2:
        raise WorkbenchError(
            _("This layout has a projector of 2 layers, but this one has {count}.").format(count=settings["depth"]),
            where=str(context.request.pth),
            fix=_("Use --save-format xtuner."),
        )
    tokenizer = _tokenizer(language)
    ids = {token: int(tokenizer.convert_tokens_to_ids(token)) for token in (IMAGE_TOKEN, PAD_TOKEN)}
    text = with_llama_names(whole_language_model(context, language), language.config())
    text = [_with_rows(tensor, max(ids.values()) + 1) for tensor in text]
    plan = [
        *(_renamed(tensor, f"language_model.{tensor.name}") for tensor in text),
        *(_renamed(tensor, f"vision_tower.{tensor.name}") for tensor in whole_vision(context, vision)),
        *(_renamed(tensor, _linear(tensor.name)) for tensor in planned(context.parts.projector)),
    ]
    config = _llava_config(context, language, vision, ids, text[_index(text)].shape[0]) | {
        "multimodal_projector_bias": settings["bias"]
    }
    finish = partial(_finish_huggingface, config=config, tokenizer=tokenizer, language=language, vision=vision)
    return PlannedFolder("", plan, finish, context.request.max_shard_bytes)


def official(context: Context) -> PlannedFolder:
    """The layout of the LLaVA project: a ``LlavaLlamaForCausalLM``, with the vision tower only if it was trained.

    Raises:
        WorkbenchError: as `huggingface`.
    """
    language, vision = _require_models(context)
    settings = projector_settings(context)
    text = with_llama_names(whole_language_model(context, language), language.config())
    trained = whole_vision(context, vision) if context.parts.visual_encoder else []
    plan = [
        *text,
        *(_renamed(tensor, f"model.vision_tower.vision_tower.{tensor.name}") for tensor in trained),
        *(
            _renamed(tensor, f"model.mm_projector.{tensor.name.removeprefix('model.')}")
            for tensor in planned(context.parts.projector)
        ),
    ]
    changes = config_changes(context, language) | {
        "architectures": ["LlavaLlamaForCausalLM"],
        "model_type": "llava",
        "vocab_size": text[_index(text)].shape[0],
        "image_aspect_ratio": "pad",
        "mm_hidden_size": vision_config(vision).get("hidden_size"),
        "mm_projector_type": f"mlp{settings['depth']}x_gelu",
        "mm_use_im_patch_token": False,
        "mm_use_im_start_end": False,
        "mm_vision_select_feature": "patch",
        "mm_vision_select_layer": _LAYER,
        "mm_vision_tower": context.model.visual_encoder,
        "unfreeze_mm_vision_tower": bool(trained),
        "use_mm_proj": True,
    }
    finish = partial(_finish_official, changes=changes, language=language, vision=vision)
    return PlannedFolder("", plan, finish, context.request.max_shard_bytes)


def _require_models(context: Context) -> tuple[ModelFiles, ModelFiles]:
    if not context.parts.projector:
        raise WorkbenchError(
            _("This layout is for LLaVA models, but the checkpoint holds no projector."),
            where=str(context.request.pth),
            fix=_("Use --save-format xtuner."),
        )
    language = require_base(context.model.llm, "--base")
    vision = require_base(context.model.visual_encoder, "--visual-encoder")
    kind = vision_config(vision).get("model_type")
    if kind != _CLIP:
        raise WorkbenchError(
            _("This layout takes a CLIP vision tower, but this one is {kind}.").format(kind=kind),
            where=str(vision.folder),
            fix=_("Use --save-format xtuner."),
        )
    return language, vision


def _renamed(tensor: PlannedTensor, name: str) -> PlannedTensor:
    return replace(tensor, name=name)


def _linear(name: str) -> str:
    for old, new in (("model.0.", "multi_modal_projector.linear_1."), ("model.2.", "multi_modal_projector.linear_2.")):
        name = name.replace(old, new)
    return name


def _index(tensors: Iterable[PlannedTensor]) -> int:
    """Where the input embedding is."""
    return next(number for number, tensor in enumerate(tensors) if tensor.name == _EMBEDDINGS[0])


def _tokenizer(language: ModelFiles) -> Any:
    """The language model's, with a token that stands for an image and one that fills up."""
    tokenizer = load_tokenizer(str(language.folder))
    tokenizer.add_tokens([AddedToken(IMAGE_TOKEN, special=True, normalized=False)], special_tokens=True)
    tokenizer.add_special_tokens({"pad_token": PAD_TOKEN})
    return tokenizer


def _with_rows(tensor: PlannedTensor, needed: int) -> PlannedTensor:
    """An embedding with a row for each token id; new rows are the mean of the others (no text has their tokens)."""
    rows = tensor.shape[0]
    if tensor.name not in _EMBEDDINGS or needed <= rows:
        return tensor
    larger = math.ceil(needed / _VOCABULARY_STEP) * _VOCABULARY_STEP

    def make() -> torch.Tensor:
        made = tensor.make()
        mean = made.float().mean(dim=0, keepdim=True).to(made.dtype)
        return torch.cat([made, mean.expand(larger - rows, -1)])

    return replace(tensor, shape=(larger, *tensor.shape[1:]), make=make)


def _llava_config(
    context: Context, language: ModelFiles, vision: ModelFiles, ids: dict[str, int], vocab_size: int
) -> dict[str, Any]:
    tower = vision_config(vision)
    changes = config_changes(context, language)
    dtype = changes.pop("dtype")
    text = llama_config(language.config()) | changes | {"vocab_size": vocab_size, "torch_dtype": dtype}
    return {
        "architectures": ["LlavaForConditionalGeneration"],
        "model_type": "llava",
        "text_config": text,
        "vision_config": tower,
        "image_token_index": ids[IMAGE_TOKEN],
        "pad_token_id": ids[PAD_TOKEN],
        "image_seq_length": _patches(tower),
        "projector_hidden_act": "gelu",
        "vision_feature_layer": _LAYER,
        "vision_feature_select_strategy": "default",
        "tie_word_embeddings": bool(text.get("tie_word_embeddings")),
        "torch_dtype": dtype,
    }


def _patches(tower: dict[str, Any]) -> int:
    """How many tokens an image becomes."""
    return int(tower.get("image_size", 224) // tower.get("patch_size", 32)) ** 2


def _finish_huggingface(
    folder: Path, config: dict[str, Any], tokenizer: Any, language: ModelFiles, vision: ModelFiles
) -> None:
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    tokenizer.save_pretrained(folder)
    copy_beside(vision.folder, folder, [PROCESSOR_FILE])
    copy_beside(language.folder, folder, ["generation_config.json"])
    processor = {
        "processor_class": "LlavaProcessor",
        "image_token": IMAGE_TOKEN,
        "patch_size": config["vision_config"].get("patch_size"),
        "num_additional_image_tokens": 1,
        "vision_feature_select_strategy": "default",
    }
    (folder / "processor_config.json").write_text(json.dumps(processor, indent=2) + "\n", encoding="utf-8")


def _finish_official(folder: Path, changes: dict[str, Any], language: ModelFiles, vision: ModelFiles) -> list[str]:
    astray = language.carry_over(folder)
    for code in folder.glob("*.py"):  # of the names on disk that the result does not have
        code.unlink()
    config = llama_config(language.config())
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    change_config(folder, changes)
    return astray_note(astray + copy_beside(vision.folder, folder, [PROCESSOR_FILE]))
