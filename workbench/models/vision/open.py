"""A model that sees, opened for use: XTuner's LLaVA folder on its bases, or a Hugging Face LLaVA folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.models.precision import Precision
from workbench.models.vision.parts import load_parts
from workbench.models.vision.sight import Sight, sight_of
from workbench.weights.seeing import SeeingFolder


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
