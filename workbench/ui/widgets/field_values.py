"""Between a config field's value and the text of its control. No Textual here."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from workbench.configs.problems import sentence
from workbench.i18n import _

_LIST_SEPARATOR = " | "


def choices(info: FieldInfo) -> tuple[str, ...] | None:
    """The values of a field that is nothing but a choice among texts; None otherwise."""
    annotation = info.annotation
    if get_origin(annotation) is Literal and all(isinstance(value, str) for value in get_args(annotation)):
        return get_args(annotation)
    return None


def is_switch(info: FieldInfo) -> bool:
    """Whether a field is true or false and nothing else."""
    return info.annotation is bool


def text_of_value(value: Any) -> str:
    """How a value is shown in a text box: a list by bars, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return _LIST_SEPARATOR.join(str(item) for item in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def value_of_text(info: FieldInfo, text: str) -> Any:
    """The value that a text stands for, checked against the field.

    Raises:
        ValueError: it is not a value of the field; the message is a sentence for the user.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(info.rebuild_annotation())
    problem = _("This is not a value of the field.")
    for candidate in _candidates(info, text):
        try:
            return adapter.validate_python(candidate)
        except ValidationError as error:
            problem = sentence(error.errors()[0])
    raise ValueError(problem)


def _candidates(info: FieldInfo, text: str) -> list[Any]:
    """What a text may mean, likeliest first: nothing, a list, a number or flag, the text itself."""
    kinds = {get_origin(kind) or kind for kind in (info.annotation, *get_args(info.annotation))}
    if not text.strip() and type(None) in kinds:
        return [None]
    if kinds & {list, tuple}:
        items: list[Any] = [part.strip() for part in text.split(_LIST_SEPARATOR.strip()) if part.strip()]
        return [items[0], items] if len(items) == 1 and str in kinds else [items]
    if str in kinds and len(kinds - {type(None), str}) == 0:
        return [text]
    try:
        return [YAML(typ="safe", pure=True).load(text), text]
    except YAMLError:
        return [text]
