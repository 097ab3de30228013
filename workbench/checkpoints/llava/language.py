"""The language model inside a LLaVA model of transformers: its names, its vocabulary with a token for an image."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import torch
from transformers import AddedToken

from workbench.checkpoints.llava.llama_names import llama_config, with_llama_names
from workbench.checkpoints.llava.whole import WholeLlava
from workbench.checkpoints.model_files import ModelFiles
from workbench.checkpoints.weight_writing import PlannedTensor
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.models.load import load_tokenizer
from workbench.models.vision.image_token import VOCABULARY_STEP
from workbench.text import printable

IMAGE_TOKEN, PAD_TOKEN = "<image>", "<pad>"
EMBEDDINGS = ("model.embed_tokens.weight", "lm_head.weight")
_AS_THEY_ARE = {"mistral", "qwen2", "qwen3", "phi3"}
"""Kinds whose weights transformers' LLaVA finds by the names that they have on disk."""
_UNDER_LLAMAS_NAMES = {"llama", "internlm2"}
_HERE_ONLY = {"auto_map", "dtype", "torch_dtype", "architectures", "_name_or_path", "transformers_version"}
"""What a model's config says that its part in another's does not."""


def text_of(model: WholeLlava) -> tuple[list[PlannedTensor], dict[str, Any]]:
    """The weights by the names that transformers knows, and the config that goes with them.

    Raises:
        WorkbenchError: the language model is of a kind that transformers' LLaVA does not take.
    """
    config = model.language.config()
    kind = str(config.get("model_type"))
    if kind not in _AS_THEY_ARE | _UNDER_LLAMAS_NAMES:
        raise WorkbenchError(
            _("This layout takes a language model of the kinds {known}, but this one is {kind}.").format(
                known=", ".join(sorted(_AS_THEY_ARE | _UNDER_LLAMAS_NAMES)), kind=printable(kind)
            ),
            where=str(model.language.folder),
            fix=_("Use --save-format xtuner."),
        )
    if kind in _UNDER_LLAMAS_NAMES:
        tensors, config = with_llama_names(model.text, config), llama_config(config)
    else:
        tensors = model.text
    return tensors, {key: value for key, value in config.items() if key not in _HERE_ONLY}


def vocabulary_size(tensors: Iterable[PlannedTensor], model: WholeLlava) -> int:
    """Rows of the input embedding.

    Raises:
        WorkbenchError: there is none of the name that is known.
    """
    rows = next((tensor.shape[0] for tensor in tensors if tensor.name == EMBEDDINGS[0]), None)
    if rows is None:
        raise WorkbenchError(
            _("Weights are missing: {names}.").format(names=EMBEDDINGS[0]),
            where=str(model.language.folder),
            fix=_("Fetch the model again."),
        )
    return rows


def tokenizer_with_image(language: ModelFiles) -> Any:
    """The language model's, with a token that stands for an image and one that fills up."""
    tokenizer = load_tokenizer(str(language.folder))
    tokenizer.add_tokens([AddedToken(IMAGE_TOKEN, special=True, normalized=False)], special_tokens=True)
    tokenizer.add_special_tokens({"pad_token": PAD_TOKEN})
    return tokenizer


def with_rows(tensor: PlannedTensor, needed: int) -> PlannedTensor:
    """An embedding with a row for each token id; new rows are the mean of the others (no text has their tokens)."""
    rows = tensor.shape[0]
    if tensor.name not in EMBEDDINGS or needed <= rows:
        return tensor
    larger = math.ceil(needed / VOCABULARY_STEP) * VOCABULARY_STEP

    def make() -> torch.Tensor:
        made = tensor.make()
        mean = made.float().mean(dim=0, keepdim=True).to(made.dtype)
        return torch.cat([made, mean.expand(larger - rows, -1)])

    return replace(tensor, shape=(larger, *tensor.shape[1:]), make=make)
