"""One row of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogueEntry:
    """One row of the catalogue.

    Args:
        model: path or Hugging Face name of the language model.
        method: ``full``, ``lora`` or ``qlora``; ``frozen`` where nothing of the language model is trained.
        dataset: the key of what is trained on.
        stage: ``sft`` or ``pretrain``; of a model that sees, ``llava_pretrain`` or ``llava_finetune``.
        summary: in the current language.
    """

    name: str
    family: str
    model: str
    method: str
    dataset: str
    stage: str
    summary: str
