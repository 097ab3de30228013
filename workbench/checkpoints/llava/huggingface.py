"""A LLaVA model as one ``LlavaForConditionalGeneration`` of transformers.

InternLM2, the same network as Llama under other names, is written under Llama's, so that it loads everywhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from workbench.checkpoints.answer_ends import GENERATION_FILE
from workbench.checkpoints.llava.language import (
    IMAGE_TOKEN,
    PAD_TOKEN,
    text_of,
    tokenizer_with_image,
    vocabulary_size,
    with_rows,
)
from workbench.checkpoints.llava.processor import image_settings_of, write_processor
from workbench.checkpoints.llava.tower import CLIP, SIGLIP, patches, vision_config
from workbench.checkpoints.llava.whole import WholeLlava
from workbench.checkpoints.planned_folder import PlannedFolder
from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _

_PROJECTOR = {"model.0.": "multi_modal_projector.linear_1.", "model.2.": "multi_modal_projector.linear_2."}
_DEPTH = 2
"""Layers of the projector that the class has."""
_STRATEGIES = {CLIP: "default", SIGLIP: "full"}
"""Towers, and which of their features become tokens: CLIP's first one stands for the whole picture and does not."""
_CONFIG_WORDS = {"dtype": "torch_dtype"}
"""Words of a config → those that older versions of transformers read too."""
_SPECIAL_IDS = ("bos_token_id", "eos_token_id")


@dataclass(frozen=True)
class _Ids:
    """Of the tokens that stand for an image and that fill up."""

    image: int
    pad: int


def huggingface(model: WholeLlava, max_shard_bytes: int) -> PlannedFolder:
    """The folder, complete with tokenizer, processor and chat template.

    Raises:
        WorkbenchError: a part is of a kind that the class does not know.
    """
    settings = model.projector_settings
    if settings["depth"] != _DEPTH:
        raise WorkbenchError(
            _("This layout has a projector of 2 layers, but this one has {count}.").format(count=settings["depth"]),
            where=str(model.where),
            fix=_("Use --save-format xtuner."),
        )
    strategy = _strategy(model)
    text, text_config = text_of(model)
    tokenizer = tokenizer_with_image(model.language)
    ids = _Ids(*(int(tokenizer.convert_tokens_to_ids(token)) for token in (IMAGE_TOKEN, PAD_TOKEN)))
    text = [with_rows(tensor, max(ids.image, ids.pad) + 1) for tensor in text]
    plan = [
        *(replace(tensor, name=f"language_model.{tensor.name}") for tensor in text),
        *(replace(tensor, name=f"vision_tower.{tensor.name}") for tensor in model.tower),
        *(_in_llava(tensor) for tensor in model.projector),
    ]
    changes = {_CONFIG_WORDS.get(key, key): value for key, value in model.text_changes.items()}
    text_config |= changes | {"vocab_size": vocabulary_size(text, model)}
    config = _config(model, text_config, strategy, ids)
    images = image_settings_of(model)
    finish = partial(_finish, model=model, config=config, tokenizer=tokenizer, ids=ids, images=images)
    return PlannedFolder("", plan, finish, max_shard_bytes)


def _strategy(model: WholeLlava) -> str:
    kind = str(vision_config(model.vision).get("model_type"))
    if kind not in _STRATEGIES:
        raise WorkbenchError(
            _("This layout takes a vision tower of the kinds CLIP and SigLIP, but this one is {kind}.").format(
                kind=kind
            ),
            where=str(model.vision.folder),
            fix=_("Use --save-format xtuner."),
        )
    return _STRATEGIES[kind]


def _in_llava(tensor: PlannedTensor) -> PlannedTensor:
    name = tensor.name
    for old, new in _PROJECTOR.items():
        name = name.replace(old, new)
    return replace(tensor, name=name)


def _config(model: WholeLlava, text: dict[str, Any], strategy: str, ids: _Ids) -> dict[str, Any]:
    tower = vision_config(model.vision)
    return {
        "architectures": ["LlavaForConditionalGeneration"],
        "model_type": "llava",
        "text_config": text,
        "vision_config": tower,
        "image_token_index": ids.image,
        "pad_token_id": ids.pad,
        "image_seq_length": patches(tower),
        "projector_hidden_act": model.projector_settings["hidden_act"],
        "multimodal_projector_bias": model.projector_settings["bias"],
        "vision_feature_layer": model.selected_layer,
        "vision_feature_select_strategy": strategy,
        "tie_word_embeddings": bool(text.get("tie_word_embeddings")),
        "torch_dtype": text["torch_dtype"],
    }


def _finish(
    folder: Path, model: WholeLlava, config: dict[str, Any], tokenizer: Any, ids: _Ids, images: dict[str, Any]
) -> list[str]:
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    tokenizer.save_pretrained(folder)
    _write_generation(folder, model, config["text_config"], ids)
    return write_processor(folder, model, images, config["vision_feature_select_strategy"])


def _write_generation(folder: Path, model: WholeLlava, text_config: dict[str, Any], ids: _Ids) -> None:
    """How answers are written, as the language model says; no answer holds an image."""
    try:
        settings = json.loads((model.language.folder / GENERATION_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = {key: text_config[key] for key in _SPECIAL_IDS if text_config.get(key) is not None}
    settings.pop("_from_model_config", None)
    settings |= {"pad_token_id": ids.pad, "suppress_tokens": [*(settings.get("suppress_tokens") or []), ids.image]}
    (folder / GENERATION_FILE).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
