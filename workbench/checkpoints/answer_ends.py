"""Where answers end, told to whoever serves a model: the stop words of its training in ``generation_config.json``.

Serving engines stop at the ``eos_token_id`` of that file. A base model does not know the words of the prompt template
that it was trained with, and would write on after its answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.configs.provenance import read_provenance
from workbench.data.light_tokenizer import LightTokenizer
from workbench.data.templates import get_template
from workbench.errors import WorkbenchError
from workbench.files import write_atomic
from workbench.i18n import _
from workbench.weights.scoring import is_scorer

GENERATION_FILE = "generation_config.json"
_SPECIAL_IDS = ("bos_token_id", "eos_token_id", "pad_token_id")


def tell_answer_ends(folder: Path) -> list[str]:
    """Add the stop words of a whole model's training that are one token; returns a note if there were any to add.

    Nothing is done if the model writes no text, the folder does not say how it was trained, or its tokenizer or that
    file cannot be read.
    """
    known = read_provenance(folder)
    if known is None or known.prompt_template is None or is_scorer(folder):
        return []
    try:
        tokenizer = LightTokenizer.from_folder(folder)
        stop_words = get_template(known.prompt_template, tokenizer).stop_words
        settings = _settings(folder)
    except (WorkbenchError, ValueError):
        return []
    told = settings.get("eos_token_id")
    ends = told if isinstance(told, list) else [] if told is None else [told]
    ids = {word: tokenizer.encode(word, add_special_tokens=False) for word in stop_words}
    added = {word: found[0] for word, found in ids.items() if len(found) == 1 and found[0] not in ends}
    if not added:
        return []
    settings["eos_token_id"] = [*ends, *added.values()]
    write_atomic(folder / GENERATION_FILE, json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
    return [
        _("Answers end with {words}, as in the training; {file} says so now.").format(
            words=" ".join(added), file=GENERATION_FILE
        )
    ]


def _settings(folder: Path) -> dict[str, Any]:
    """What the file says so far, or else the model's config; without the mark that it follows from that config."""
    path = folder / GENERATION_FILE
    if path.is_file():
        settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        settings.pop("_from_model_config", None)
        return settings
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return {key: config[key] for key in _SPECIAL_IDS if config.get(key) is not None}
