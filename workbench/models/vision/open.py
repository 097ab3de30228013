"""A model that sees, opened for use: XTuner's LLaVA folder on its bases, or a whole one as transformers keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, PreTrainedConfig

from workbench.configs.method_settings import QuantizationSettings
from workbench.configs.model_settings import Attention
from workbench.models.attention import choose_attention
from workbench.models.few_bits import few_bit_settings
from workbench.models.load import load_errors, require_all_weights
from workbench.models.precision import Precision, choose_precision, dtype_of
from workbench.models.vision.own_parts import PROJECTORS, TOWERS
from workbench.models.vision.own_processor import own_sight
from workbench.models.vision.parts import load_parts
from workbench.models.vision.sight import Sight, sight_of
from workbench.paths import resolve_model
from workbench.weights.own_sight import is_known_kind
from workbench.weights.seeing import SeeingFolder

_NOT_IN_FEW_BITS = ["lm_head", *TOWERS, *PROJECTORS]


@dataclass(frozen=True)
class Seeing:
    """A model, and how it is given pictures."""

    model: Any
    sight: Sight


def open_seeing(
    folder: SeeingFolder, load_language: Callable[[str], Any], tokenizer: Any, *, precision: Precision = "auto"
) -> Seeing:
    """The model of a LLaVA folder, ready to answer.

    Args:
        load_language: gives the causal language model of a folder or name.
        tokenizer: that of the language model.

    Raises:
        WorkbenchError: a part is missing, damaged, or made for another base.
    """
    parts = load_parts(folder, load_language, tokenizer, precision=precision)
    sight = sight_of(parts.model, parts.processor, pad_image_to_square=folder.pad_image_to_square)
    return Seeing(parts.model.eval(), sight)


def is_whole(path_or_name: str) -> bool:
    """Whether a folder, or a name of the Hugging Face hub, is a model that sees by itself: LLaVA, or another kind
    that can be given pictures."""
    try:
        found, _rest = PreTrainedConfig.get_config_dict(resolve_model(path_or_name))
    except (OSError, ValueError):
        return False
    return is_known_kind(found)


def open_whole(
    path_or_name: str,
    *,
    precision: Precision = "auto",
    quantization: QuantizationSettings | None = None,
    device_map: Any = None,
    offload_folder: str | None = None,
) -> Seeing:
    """A model that sees by itself, ready to answer; its own processor says how it is given pictures.

    Args:
        quantization: how the language model's weights are put into 4 or 8 bits, if they are.
        device_map: as for `load_language_model`, with ``offload_folder``.

    Raises:
        WorkbenchError: the folder is missing or incomplete.
    """
    model = load_whole(
        path_or_name,
        precision=precision,
        quantization=quantization,
        device_map=device_map,
        offload_folder=offload_folder,
    )
    model.generation_config.suppress_tokens = [model.config.image_token_id]
    return Seeing(model.eval(), own_sight(model, path_or_name))


def load_whole(
    path_or_name: str,
    *,
    precision: Precision = "auto",
    quantization: QuantizationSettings | None = None,
    attn_implementation: Attention = "auto",
    device_map: Any = None,
    offload_folder: str | None = None,
) -> Any:
    """The model alone; see `open_whole`."""
    source = resolve_model(path_or_name)
    dtype = dtype_of(choose_precision(precision))
    chosen: dict[str, Any] = {"dtype": dtype, "attn_implementation": choose_attention(attn_implementation, dtype).name}
    if quantization is not None:
        settings = few_bit_settings(quantization, dtype)
        settings.llm_int8_skip_modules = _NOT_IN_FEW_BITS
        chosen["quantization_config"] = settings
        device_map = device_map or ({"": torch.cuda.current_device()} if torch.cuda.is_available() else None)
    if device_map is not None:
        chosen |= {"device_map": device_map, "offload_folder": offload_folder}
    with load_errors(path_or_name):
        model, report = AutoModelForImageTextToText.from_pretrained(source, output_loading_info=True, **chosen)
    require_all_weights(model, report["missing_keys"], path_or_name)
    return model
