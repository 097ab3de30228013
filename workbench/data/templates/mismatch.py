"""Where a prompt template does not fit: the model, the weights' training, the tokenizer, the data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from workbench.configs.catalogue.models import MODELS
from workbench.configs.provenance import read_provenance
from workbench.data.conversation import Conversation, Turn
from workbench.data.templates.builtin import BUILT_IN
from workbench.data.templates.chat_template import AUTO, ChatTemplate
from workbench.data.templates.find import get_template
from workbench.data.templates.segment import Template
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _
from workbench.paths import resolve_model

Use = Literal["train", "evaluate", "chat"]
_NOT_AS_TRAINED: dict[Use, str] = {
    "train": N_(
        "These weights were trained with the prompt template {trained}, but you go on training with {asked}: "
        "part of what they learnt is lost."
    ),
    "evaluate": N_(
        "These weights were trained with the prompt template {trained}, but you score them with {asked}: "
        "scores will be lower than they are."
    ),
    "chat": N_(
        "These weights were trained with the prompt template {trained}, but you chat with {asked}: "
        "answers will be worse than they are."
    ),
}
_MARKUP = re.compile(
    r"<\|[^|<>\s]{1,40}\|>|<｜[^｜<>]{1,40}｜>|<(?:start|end)_of_turn>|\[/?INST\]|<</?SYS>>|<eo[achm]>|<reserved_\d+>"
)
_SPOKEN = (Turn("user", "?"), Turn("assistant", "!"), Turn("user", "??"), Turn("assistant", "!!"))


def template_warnings(
    used: str, use: Use, *, model: str = "", trained: str | None = None, tokenizer: Any = None
) -> list[str]:
    """What speaks against using a template, in words; nothing if it fits.

    Args:
        used: its name, which exists.
        model: the base model as configs name it, to find what the catalogue recommends.
        trained: the template that the weights were trained with, if anything says so.
        tokenizer: as for `get_template`; with its ``encode``, also the template's own tokens are looked up in it.
    """
    template = get_template(used, tokenizer)
    warnings = [
        _not_as_trained(template, use, trained, tokenizer) if trained else _not_the_models(template, model, tokenizer)
    ]
    warnings += [_unknown_tokens(template, use, tokenizer), _no_ends(template)]
    return [warning for warning in warnings if warning]


def trained_template(*weights: str | None) -> str | None:
    """The template that weights were trained with, from the first of their folders that carries a note of it."""
    for name in weights:
        known = read_provenance(Path(resolve_model(name))) if name else None
        if known and known.prompt_template:
            return known.prompt_template
    return None


def recommended_template(model: str, tokenizer: Any = None) -> str | None:
    """The template that the catalogue names for a base model, or else ``auto`` if its tokenizer has a chat template."""
    known = next(
        (entry.prompt_template for entry in MODELS if resolve_model(entry.name_or_path) == resolve_model(model)), None
    )
    if known is None and tokenizer is not None and _own(tokenizer):
        return AUTO
    return known


def markup_in(text: str) -> list[str]:
    """The markup of prompt templates that a text already contains, each once, in order."""
    return list(dict.fromkeys(_MARKUP.findall(text)))


def same_markup(one: Template, other: Template, tokenizer: Any = None, *, loosely: bool = False) -> bool:
    """Whether two templates write a conversation down alike, but for where a text begins and what follows its end.

    ``loosely``: white space does not matter either.
    """
    system = (Turn("system", "!?"),) if one.has_system and other.has_system else ()
    conversation = Conversation((*system, *_SPOKEN))
    return _written(one, conversation, tokenizer, loosely) == _written(other, conversation, tokenizer, loosely)


def _not_as_trained(template: Template, use: Use, trained: str, tokenizer: Any) -> str | None:
    if trained == template.reference or _is_alike(template, trained, tokenizer, loosely=False):
        return None
    return _(_NOT_AS_TRAINED[use]).format(trained=trained, asked=template.reference)


def _not_the_models(template: Template, model: str, tokenizer: Any) -> str | None:
    """A model that is no chat model yet takes any template, so only those that have one are compared."""
    recommended = recommended_template(model, tokenizer)
    if recommended in {None, "default", template.reference} or _is_alike(template, str(recommended), tokenizer):
        return None
    like = [name for name, known in BUILT_IN.items() if recommended == AUTO and _is_alike(known, AUTO, tokenizer)]
    return _("The model was made for the prompt template {recommended}, and {used} writes other markup.").format(
        recommended=listed([str(recommended), *like[:1]]), used=template.reference
    )


def _unknown_tokens(template: Template, use: Use, tokenizer: Any) -> str | None:
    """Markup that the tokenizer cuts into pieces was never seen by the model as markup."""
    if not hasattr(tokenizer, "encode"):
        return None
    words = [word for mark in template.marks for word in _MARKUP.findall(mark)]
    unknown = [word for word in dict.fromkeys(words) if len(tokenizer.encode(word, add_special_tokens=False)) > 1]
    if not unknown:
        return None
    said = _("The tokenizer does not know {tokens} as tokens of their own: they mean little to the model.")
    if use == "train":
        said = _("The tokenizer does not know {tokens} as tokens of their own, so the model has to learn them anew.")
    return said.format(tokens=listed(unknown))


def _no_ends(template: Template) -> str | None:
    if template.trains_ends:
        return None
    return _("The chat template puts nothing behind a last answer, so the model does not learn where to end.")


def _is_alike(template: Template, name: str, tokenizer: Any, *, loosely: bool = True) -> bool:
    """Whether a template writes the same as that of a name; what cannot be had is not alike."""
    try:
        return same_markup(template, get_template(name, tokenizer), tokenizer, loosely=loosely)
    except WorkbenchError:
        return False


def _own(tokenizer: Any) -> ChatTemplate | None:
    try:
        return ChatTemplate.of(tokenizer)
    except WorkbenchError:
        return None


def _written(template: Template, conversation: Conversation, tokenizer: Any, loosely: bool) -> str:
    bos, eos = (getattr(tokenizer, name, None) for name in ("bos_token", "eos_token"))
    tokens = {"bos": "", "eos": eos or "</s>", "image": "", None: ""}
    text = "".join(segment.text + tokens[segment.special] for segment in template.render(conversation))
    begun = (text.replace(bos, "") if bos else text).strip()
    return re.sub(r"\s+", "", begun) if loosely else begun
