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
        stage: ``sft``, ``pretrain``, ``dpo``, ``orpo`` or ``reward``; of a model that sees, ``llava_pretrain`` or
            ``llava_finetune``.
        summary: in the current language.
        mended: what XTuner's config of this name has wrong, in the current language; empty if nothing.
        needs_code: why the model cannot be loaded without Python code of its own, in the current language; empty if it
            can be.
    """

    name: str
    family: str
    model: str
    method: str
    dataset: str
    stage: str
    summary: str
    mended: str = ""
    needs_code: str = ""
