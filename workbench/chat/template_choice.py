"""Which prompt template a model wants, from what lies beside its weights."""

from __future__ import annotations

from typing import Any

from workbench.data.templates import Template, get_template
from workbench.data.templates.mismatch import recommended_template, template_warnings, trained_template
from workbench.i18n import _

FALLBACK_TEMPLATE = "default"


def choose_template(model: str, adapter: str | None, asked: str | None, tokenizer: Any) -> tuple[Template, list[str]]:
    """The template to chat with, and warnings if it does not fit the weights.

    Order: what the user asked for, what the weights were trained with, the tokenizer's own chat template,
    `FALLBACK_TEMPLATE`.

    Raises:
        WorkbenchError: there is no such template.
    """
    trained = trained_template(adapter, model)
    name = asked or trained or recommended_template(model, tokenizer)
    if name is None:
        unknown = _(
            "Nothing says which prompt template these weights want; {name} is used. Choose another if you know it."
        )
        return get_template(FALLBACK_TEMPLATE), [unknown.format(name=FALLBACK_TEMPLATE)]
    warnings = template_warnings(name, "chat", model=model, trained=trained, tokenizer=tokenizer) if asked else []
    return get_template(name, tokenizer), warnings
