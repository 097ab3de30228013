"""The text of a model's page on a hub: its README.md. Light."""

from __future__ import annotations

from pathlib import Path

CARD = "README.md"
_EMPTY_FORM = "[More Information Needed]"
_UNFILLED_TITLE = "# Model Card for Model ID"
_LARGEST_FORM_BYTES = 20_000


def is_empty_form(path: Path) -> bool:
    """Whether a README.md is the form that peft puts beside every adapter, and nobody has given it a title.

    Its header may name the base by a path of this machine, which a hub refuses.
    """
    try:
        text = path.read_bytes()[:_LARGEST_FORM_BYTES].decode(errors="replace")
    except OSError:
        return False
    return _UNFILLED_TITLE in text and _EMPTY_FORM in text
