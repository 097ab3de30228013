"""Which template a name means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.configs.provenance import TEMPLATE_FILE
from workbench.data.templates.builtin import BUILT_IN, TEMPLATE_NAMES
from workbench.data.templates.chat_template import AUTO, ChatTemplate
from workbench.data.templates.prompt_template import PromptTemplate
from workbench.data.templates.segment import Template
from workbench.data.templates.user_file import (
    FILE_SUFFIXES,
    read_template,
    user_template_file,
    user_template_names,
    write_template,
)
from workbench.data.wording import listed
from workbench.errors import WorkbenchError, nearest
from workbench.i18n import _
from workbench.paths import resolve_model


def known_templates() -> tuple[str, ...]:
    """The names to choose from: ``auto``, those that come with workbench, and the user's own."""
    return (AUTO, *TEMPLATE_NAMES, *user_template_names())


def get_template(name: str, tokenizer: Any = None) -> Template:
    """The template of a name, or of a YAML file.

    Args:
        tokenizer: ``auto`` is its chat template; anything with ``chat_template``, ``bos_token``, ``eos_token`` and
            ``all_special_tokens``.

    Raises:
        WorkbenchError: there is none, and the nearest names are given; the file is wrong; ``auto`` without a tokenizer
            that has a chat template.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    if name == AUTO:
        return ChatTemplate.of(tokenizer)
    if name.endswith(FILE_SUFFIXES):
        return read_template(Path(resolve_model(name)).absolute())
    own = user_template_file(name)
    if own is not None:
        return read_template(own, reference=name)
    raise _unknown(name)


def keep_template(template: Template, folder: Path) -> str:
    """How to name a template to whoever needs it later: one of the user's own by a copy, which is written now.

    Raises:
        OSError: the copy cannot be written.
    """
    if not isinstance(template, PromptTemplate) or template.reference in BUILT_IN:
        return template.reference
    write_template(folder / TEMPLATE_FILE, template)
    return str(folder / TEMPLATE_FILE)


def template_for_model(name: str, model: Path) -> Template | None:
    """The template of a name for the model of a folder; None for ``auto`` if the folder is not on this machine.

    Raises:
        WorkbenchError: as `get_template`, or the folder has no tokenizer to ask for its chat template.
    """
    if name != AUTO:
        return get_template(name)
    if not model.is_dir():
        return None
    from workbench.data.light_tokenizer import LightTokenizer

    return get_template(name, LightTokenizer.from_folder(model))


def _unknown(name: str) -> WorkbenchError:
    known = known_templates()
    near = nearest(name, known)
    fix = _("Did you mean {names}?") if near else _("Name one of these: {names}.")
    return WorkbenchError(
        _("There is no prompt template {name}.").format(name=name),
        where="prompt_template",
        fix=fix.format(names=listed(near or known)),
    )
