"""The functions and methods whose results can be worked out without running anything of a package."""

from __future__ import annotations

import copy
import posixpath
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.configs.xtuner.limits import (
    MOST_CHARACTERS,
    MOST_ITEMS,
    CannotReadError,
    comparable,
    joined,
    number,
    refuse_wide,
    scalar,
    small_enough,
)
from workbench.configs.xtuner.values import Place, Settings, Value
from workbench.i18n import _

_Call = Callable[..., Value]


def _sequence(value: Value) -> Sequence[Value]:
    if isinstance(value, str | list | tuple | dict):
        return list(value) if isinstance(value, dict) else value
    raise CannotReadError(_("goes through something that is not a list"))


def _scalars(values: Sequence[Value]) -> list[Any]:
    return [scalar(value) for value in values]


def _range(*bounds: int) -> list[int]:
    numbers = range(*bounds)
    small_enough(len(numbers), MOST_ITEMS)
    return list(numbers)


def _extreme(choose: Callable[[list[Any]], Any]) -> _Call:
    return lambda *values: choose(_scalars(_sequence(values[0]) if len(values) == 1 else values))


def _zipped(*lists: Value) -> list[tuple[Value, ...]]:
    return list(zip(*map(_sequence, lists), strict=False))


def _join_paths(*parts: str) -> str:
    return joined([posixpath.join(*map(_text, parts))])


def _text(value: Value) -> str:
    if isinstance(value, str):
        return value
    raise CannotReadError(_("uses a value that is not text"))


FUNCTIONS: Mapping[str, _Call] = {
    "int": lambda value=0, base=10: int(value, base) if isinstance(value, str) else int(number(value)),
    "float": lambda value=0.0: float(_text(value) if isinstance(value, str) else number(value)),
    "str": lambda value="": str(scalar(value)),
    "bool": lambda value=False: bool(value),
    "len": lambda value: len(_sequence(value)),
    "abs": lambda value: abs(number(value)),
    "round": lambda value, digits=None: round(number(value), digits),
    "min": _extreme(min),
    "max": _extreme(max),
    "sum": lambda values: sum(number(value) for value in _sequence(values)),
    "sorted": lambda values: sorted(_scalars(_sequence(values))),
    "list": lambda values=(): list(_sequence(values)),
    "tuple": lambda values=(): tuple(_sequence(values)),
    "range": _range,
    "zip": _zipped,
    "enumerate": lambda values, start=0: list(enumerate(_sequence(values), start)),
    "os.path.join": _join_paths,
    "os.path.basename": lambda path: posixpath.basename(_text(path)),
    "os.path.dirname": lambda path: posixpath.dirname(_text(path)),
    "copy.copy": lambda value: value.copied() if isinstance(value, Settings) else copy.copy(value),
    "copy.deepcopy": copy.deepcopy,
    "print": lambda *_values, **_options: None,
    "mmengine.config.read_base": lambda: None,
}
"""By full name. `dict` needs the place of its entries and is made where it is called."""


class _Filler(string.Formatter):
    """``str.format`` for scalars, without attributes and indices of what is filled in."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if not field_name.isidentifier() and not field_name.isdigit():
            raise CannotReadError(_("fills in more than a plain value"))
        return scalar(self.get_value(int(field_name) if field_name.isdigit() else field_name, args, kwargs)), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        refuse_wide(format_spec)
        return format(value, format_spec)


def filled(text: str, *args: Value, **kwargs: Value) -> str:
    """``text.format(…)``.

    Raises:
        CannotReadError: a field is more than a name, or the result would be too long.
    """
    longest = max((len(str(scalar(value))) for value in (*args, *kwargs.values())), default=0)
    small_enough(len(text) + text.count("{") * longest, MOST_CHARACTERS)
    return _Filler().vformat(text, args, kwargs)


def _replaced(text: str, old: str, new: str, count: int = -1) -> str:
    small_enough(len(text) + text.count(old) * len(new), MOST_CHARACTERS)
    return text.replace(old, new, count)


_TEXT_METHODS: Mapping[str, _Call] = {
    "format": filled,
    "join": lambda separator, parts: joined([_text(part) for part in _sequence(parts)], separator),
    "replace": _replaced,
    "split": lambda text, separator=None, most=-1: text.split(separator, most),
    "splitlines": str.splitlines,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "removeprefix": str.removeprefix,
    "removesuffix": str.removesuffix,
}


def _extended(values: list[Value], more: Value) -> None:
    added = list(_sequence(more))
    small_enough(len(values) + len(added), MOST_ITEMS)
    values.extend(added)


_LIST_METHODS: Mapping[str, _Call] = {
    "append": lambda values, value: _extended(values, [value]),
    "extend": _extended,
    "insert": lambda values, index, value: values.insert(index, value),
    "pop": lambda values, index=-1: values.pop(index),
    "copy": lambda values: list(values),
    "index": lambda values, value: comparable(values).index(comparable(value)),
    "count": lambda values, value: comparable(values).count(comparable(value)),
}


def merged(values: Settings, changes: dict[str, Value], place: Place) -> None:
    """Change some entries, dicts inside dicts too; ``_delete_=True`` in a dict makes it replace the old one."""
    for key, change in changes.items():
        old = values.get(key)
        at = changes.places.get(key, place) if isinstance(changes, Settings) else place
        if isinstance(old, Settings) and isinstance(change, dict) and not change.get("_delete_"):
            inner = old.copied()
            merged(inner, change, at)
            values.put(key, inner, at)
        else:
            values.put(key, _without_mark(change), at)


def _without_mark(value: Value) -> Value:
    if not isinstance(value, Settings) or "_delete_" not in value:
        return value
    kept = value.copied()
    del kept["_delete_"]
    return kept


def _updated(values: Settings, place: Place, other: Value = None, **more: Value) -> None:
    values.take_over(Settings() if other is None else _dict(other), place)
    values.take_over(Settings(more), place)


def _dict(value: Value) -> dict[str, Value]:
    if isinstance(value, dict):
        return value
    raise CannotReadError(_("uses a value that is not a dict"))


_DICT_METHODS: Mapping[str, _Call] = {
    "update": _updated,
    "merge": lambda values, place, other: merged(values, _dict(other), place),
    "copy": lambda values, place: values.copied(),
    "get": lambda values, place, key, default=None: values.get(key, default),
    "pop": lambda values, place, key, *default: values.pop(key, *default),
    "setdefault": lambda values, place, key, default=None: values.setdefault(key, default),
    "keys": lambda values, place: list(values),
    "values": lambda values, place: list(values.values()),
    "items": lambda values, place: list(values.items()),
}


def method(owner: Value, name: str, place: Place) -> _Call:
    """A method of a text, list or dict, ready to be called.

    Raises:
        CannotReadError: there is none that can be worked out.
    """
    if isinstance(owner, Settings) and name in _DICT_METHODS:
        call = _DICT_METHODS[name]
        return lambda *args, **kwargs: call(owner, place, *args, **kwargs)
    methods = _LIST_METHODS if isinstance(owner, list) else _TEXT_METHODS
    if name not in methods:
        raise CannotReadError(_("calls {name}, and nothing of a config is run").format(name=name))
    call = methods[name]
    return lambda *args, **kwargs: call(owner, *args, **kwargs)
