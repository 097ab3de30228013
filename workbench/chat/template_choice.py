"""Which prompt template a model wants, from what lies beside its weights."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.configs.provenance import read_provenance
from workbench.i18n import _

_MARKERS = (
    ("<|start_header_id|>", "llama3_chat"),
    ("<|im_start|>", "internlm2_chat"),
    ("<start_of_turn>", "gemma"),
    ("<|end|>", "phi3_chat"),
    ("<|START_OF_TURN_TOKEN|>", "cohere_chat"),
    ("[INST]", "llama2_chat"),
)
FALLBACK_TEMPLATE = "default"


def trained_template(model: str, adapter: str | None) -> str | None:
    """The template the weights were trained with, as far as they carry a note of it (adapter before model)."""
    for folder in (adapter, model):
        known = read_provenance(Path(folder)) if folder else None
        if known and known.prompt_template:
            return known.prompt_template
    return None


def _own_chat_template(folder: Path) -> str:
    """The tokenizer's own Jinja chat template, empty if it has none."""
    separate = folder / "chat_template.jinja"
    if separate.is_file():
        return separate.read_text(encoding="utf-8", errors="replace")
    try:
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(settings.get("chat_template") or "")


def choose_template(model: str, adapter: str | None, asked: str | None) -> tuple[str, list[str]]:
    """The template to chat with, and warnings if it is not the one the weights were trained with.

    Order: what the user asked for, what the weights were trained with, what the tokenizer's own chat template
    looks like, `FALLBACK_TEMPLATE`.
    """
    trained = trained_template(model, adapter)
    if asked:
        if trained and trained != asked:
            warning = _(
                "These weights were trained with the prompt template {trained}, but you chat with {asked}: "
                "answers will be worse than they are."
            )
            return asked, [warning.format(trained=trained, asked=asked)]
        return asked, []
    if trained:
        return trained, []
    own = _own_chat_template(Path(model))
    looks_like = next((name for marker, name in _MARKERS if marker in own), None)
    if looks_like:
        return looks_like, []
    unknown = _("Nothing says which prompt template these weights want; {name} is used. Choose another if you know it.")
    return FALLBACK_TEMPLATE, [unknown.format(name=FALLBACK_TEMPLATE)]
