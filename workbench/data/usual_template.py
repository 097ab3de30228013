"""The prompt template to take for a model if nobody named one, and why."""

from __future__ import annotations

from typing import Any

from workbench.data.templates.mismatch import recommended_template, trained_template
from workbench.i18n import _

DEFAULT_TEMPLATE = "default"


def usual_template(model: str | None, tokenizer: Any = None) -> tuple[str, str]:
    """A template's name and the reason to take it. ``model``: as configs name it; None if there is none."""
    if model is None:
        return DEFAULT_TEMPLATE, _("no model was named")
    trained = trained_template(model)
    if trained:
        return trained, _("these weights were trained with it")
    recommended = recommended_template(model, tokenizer)
    if recommended:
        return recommended, _("the model was made for it")
    return DEFAULT_TEMPLATE, _("nothing says what the model was made for")
