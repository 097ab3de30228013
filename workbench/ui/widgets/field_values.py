"""Between a model's field and the text of its control. No Textual here."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from workbench.configs.problems import sentence
from workbench.i18n import _

Path = tuple[str, ...]


def fields_of(model: BaseModel, prefix: Path = ()) -> Iterator[tuple[Path, FieldInfo, Any]]:
    """Path, declaration and value of every field that holds a value; groups are entered, not listed."""
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from fields_of(value, (*prefix, name))
        else:
            yield (*prefix, name), info, value


def with_value(values: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """A copy of nested values in which one is another."""
    first, *rest = path
    return {**values, first: with_value(values[first], tuple(rest), value) if rest else value}


def choices(info: FieldInfo) -> tuple[str, ...] | None:
    """The values of a field that is nothing but a choice among texts and flags, as texts; None otherwise."""
    kinds = _members(info)
    if kinds == [bool]:
        return None
    found: list[str] = []
    for kind in kinds:
        if kind is bool:
            found += ["true", "false"]
        elif get_origin(kind) is Literal and all(isinstance(value, str) for value in get_args(kind)):
            found += get_args(kind)
        else:
            return None
    return tuple(found)


def suggestions(info: FieldInfo) -> tuple[str, ...]:
    """The named values of a field that takes others too, such as a preset's name or a path."""
    return tuple(
        value for kind in _members(info) if get_origin(kind) is Literal for value in get_args(kind) if value is not None
    )


def is_switch(info: FieldInfo) -> bool:
    """Whether a field is true or false and nothing else."""
    return info.annotation is bool


def is_list(info: FieldInfo) -> bool:
    """Whether a field takes several texts, or names for names, each on a line of its own."""
    return any((get_origin(kind) or kind) in {list, dict} for kind in _members(info))


def text_of_value(value: Any) -> str:
    """How a value stands in a text box: a list or names for names line by line, a pair by commas, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(str(item) for item in value)
    if isinstance(value, dict):
        return "\n".join(f"{name}: {item}" for name, item in value.items())
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def value_of_text(info: FieldInfo, text: str) -> Any:
    """The value that a text stands for, checked against the field's own type and range.

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


def _members(info: FieldInfo) -> list[Any]:
    """The kinds a field may be, unions opened, without None."""
    annotation = info.annotation
    kinds = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return [kind for kind in kinds if kind is not NoneType]


def _candidates(info: FieldInfo, text: str) -> list[Any]:
    """What a text may mean, likeliest first."""
    kinds = [get_origin(kind) or kind for kind in _members(info)]
    if not text.strip() and info.annotation not in (None, str) and NoneType in get_args(info.annotation):
        return [None]
    if list in kinds:
        items = [line.strip() for line in text.splitlines() if line.strip()]
        return [items[0], items] if len(items) == 1 and str in kinds else [items]
    if dict in kinds:
        pairs = [line.partition(":") for line in text.splitlines() if line.strip()]
        return [{name.strip(): item.strip() for name, _colon, item in pairs}]
    if tuple in kinds:
        return [[part.strip() for part in text.split(",") if part.strip()]]
    if str in kinds:
        return [text]
    try:
        return [YAML(typ="safe", pure=True).load(text), text]
    except YAMLError:
        return [text]
