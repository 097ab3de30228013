"""What pydantic finds wrong with a config, as sentences for people: the same in the form, a file and ``--set``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workbench.configs.other_names import our_name
from workbench.configs.schema import TrainConfig
from workbench.errors import nearest
from workbench.i18n import _

Location = tuple[int | str, ...]

_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda c: _("This field is required."),
    "greater_than": lambda c: _("Must be greater than {limit}.").format(limit=c["gt"]),
    "greater_than_equal": lambda c: _("Must be at least {limit}.").format(limit=c["ge"]),
    "less_than": lambda c: _("Must be less than {limit}.").format(limit=c["lt"]),
    "less_than_equal": lambda c: _("Must be at most {limit}.").format(limit=c["le"]),
    "literal_error": lambda c: _("Must be one of: {choices}.").format(choices=_choices(c["expected"])),
    "int_parsing": lambda c: _("Must be a whole number."),
    "int_type": lambda c: _("Must be a whole number."),
    "int_from_float": lambda c: _("Must be a whole number."),
    "float_parsing": lambda c: _("Must be a number."),
    "float_type": lambda c: _("Must be a number."),
    "finite_number": lambda c: _("Must be a finite number."),
    "bool_parsing": lambda c: _("Must be true or false."),
    "bool_type": lambda c: _("Must be true or false."),
    "string_type": lambda c: _("Must be a text; put it in quotes."),
    "string_too_short": lambda c: _("Must not be empty."),
    "list_type": lambda c: _("Must be a list, such as {example}.").format(example="[a, b]"),
    "tuple_type": lambda c: _("Must be a list, such as {example}.").format(example="[0.9, 0.999]"),
    "dict_type": lambda c: _("Must be names with their values, such as {example}.").format(example="{a: b, c: d}"),
    "too_long": lambda c: _("Has too many entries; at most {limit}.").format(limit=c["max_length"]),
    "too_short": lambda c: _("Has too few entries; at least {limit}.").format(limit=c["min_length"]),
    "model_type": lambda c: _("Must be a group of named settings."),
    "model_attributes_type": lambda c: _("Must be a group of named settings."),
    "value_error": lambda c: _(str(c["error"])),
}


def _choices(expected: str) -> str:
    """pydantic's ``'a', 'b' or 'c'`` without English words."""
    return ", ".join(re.split(", | or ", expected.replace("'", "")))


def sentence(error: ErrorDetails) -> str:
    """One problem as one sentence in the current language."""
    if error["type"] == "extra_forbidden":
        return _("Unknown key `{key}`.").format(key=error["loc"][-1])
    make = _SENTENCES.get(error["type"])
    return make(error.get("ctx", {})) if make else error["msg"]


def remedy(error: ErrorDetails) -> str | None:
    """The next step: for a misspelt key the one of a group that is called so, or the nearest known ones."""
    if error["type"] != "extra_forbidden":
        return None
    known, key = fields_at(error["loc"][:-1]), str(error["loc"][-1])
    if ours := our_name(key):
        return _("Here it is called {name}.").format(name=f"`{ours}`")
    in_groups = [f"{group}.{key}" for group in known if key in fields_at((*error["loc"][:-1], group))]
    lowered = {name.lower(): name for name in known}
    names = in_groups or [lowered[name] for name in nearest(key.lower(), lowered)]
    if names:
        return _("Did you mean {names}?").format(names=", ".join(f"`{name}`" for name in names))
    return _("Known keys: {names}").format(names=", ".join(known))


def fields_at(location: Location) -> list[str]:
    """The known keys of the config (empty location) or of one of its groups such as ``("lora",)``."""
    model: type[BaseModel] = TrainConfig
    for part in location:
        info = model.model_fields.get(str(part))
        inner = _model_in(info.annotation) if info else None
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    candidates = (annotation, *get_args(annotation))
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def field_of(location: Location) -> str:
    """A location as a dotted field name, without pydantic's tags for the members of a union.

    ``("data_path", "list[str]", 0)`` is ``data_path.0``.
    """
    return ".".join(str(part) for part in config_location(location))


def config_location(location: Location) -> Location:
    """The part of an error's location that exists in the file: field names, and indices in lists."""
    kept: list[int | str] = []
    for part in location:
        if isinstance(part, int) or part in fields_at(tuple(kept)) or not kept or _is_group(kept):
            kept.append(part)
    return tuple(kept)


def _is_group(location: list[int | str]) -> bool:
    return bool(fields_at(tuple(location)))


def first_per_field(error: ValidationError) -> list[ErrorDetails]:
    """The errors, one per field, misspelt keys first.

    A union reports one error for each of its members; the first is kept, or the one that looks deepest into a list.
    """
    chosen: dict[str, ErrorDetails] = {}
    for details in error.errors(include_url=False):
        chosen.setdefault(field_of(details["loc"]), details)
    deepest = [details for name, details in chosen.items() if not any(other.startswith(f"{name}.") for other in chosen)]
    return sorted(deepest, key=lambda details: details["type"] != "extra_forbidden")
