"""A model that sees, opened for use: XTuner's LLaVA folder on its bases, or a whole one as transformers keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from transformers import AutoImageProcessor, LlavaForConditionalGeneration, PreTrainedConfig

from workbench.configs.method_settings import QuantizationSettings
from workbench.models.four_bits import four_bit_settings
from workbench.models.load import choose_attention, load_errors, require_all_weights
from workbench.models.precision import Precision, choose_precision, dtype_of
from workbench.models.vision.parts import load_parts
from workbench.models.vision.sight import Sight, sight_of
from workbench.paths import resolve_model
from workbench.weights.seeing import SeeingFolder

_WHOLE = "llava"
_NOT_IN_FOUR_BITS = ["lm_head", "vision_tower", "multi_modal_projector"]


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
    """Whether a folder, or a name of the Hugging Face hub, is a LLaVA model in transformers' form."""
    try:
        found, _rest = PreTrainedConfig.get_config_dict(resolve_model(path_or_name))
    except (OSError, ValueError):
        return False
    return bool(found.get("model_type") == _WHOLE)


def open_whole(
    path_or_name: str, *, precision: Precision = "auto", quantization: QuantizationSettings | None = None
) -> Seeing:
    """A LLaVA model in transformers' form, ready to answer; its own image processor says
    whether pictures are padded.

    Args:
        quantization: how the language model's weights are put into 4 bits, if they are.

    Raises:
        WorkbenchError: the folder is missing or incomplete.
    """
    source = resolve_model(path_or_name)
    dtype = dtype_of(choose_precision(precision))
    chosen: dict[str, Any] = {"dtype": dtype, "attn_implementation": choose_attention("auto", dtype)}
    if quantization is not None:
        settings = four_bit_settings(quantization, dtype)
        settings.llm_int8_skip_modules = _NOT_IN_FOUR_BITS
        chosen["quantization_config"] = settings
        chosen["device_map"] = {"": torch.cuda.current_device()} if torch.cuda.is_available() else None
    with load_errors(path_or_name):
        processor = AutoImageProcessor.from_pretrained(source, backend="pil")
        model, report = LlavaForConditionalGeneration.from_pretrained(source, output_loading_info=True, **chosen)
    require_all_weights(model, report["missing_keys"], path_or_name)
    model.generation_config.suppress_tokens = [model.config.image_token_id]
    return Seeing(model.eval(), sight_of(model, processor, pad_image_to_square=False))
