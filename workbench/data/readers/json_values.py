"""One JSON value out of a text: strict, and with every problem in words."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

from workbench.i18n import N_, _

MOST_LEVELS = 100
"""Of lists and objects inside each other."""
_WORDS = ("true", "false", "null")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_REASONS = (
    ("Expecting value", N_('a value is missing, or it is not written as JSON has it ("text", true, false, null)')),
    ("Expecting property name", N_("the name of a column must follow, in double quotes; a comma before } is too much")),
    ("Expecting ',' delimiter", N_("a comma or a closing bracket is missing, or a quotation mark inside a text lacks its \\")),
    ("Expecting ':' delimiter", N_("a colon is missing after the name of a column")),
    ("Unterminated string", N_("a text has no closing quotation mark")),
    ("Invalid control character", N_("a line break or another control character stands in a text; write it as \\n")),
    ("Invalid \\", N_("a backslash in a text must be written twice")),
    ("Extra data", N_("more follows after its end; if every line is a row of its own, let the name end in .jsonl")),
)  # fmt: skip


class ValueProblemError(Exception):
    """A value is JSON but holds what cannot be trained on. ``field``: where in it, as far as is known."""

    def __init__(self, what: str, field: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.field = field


def reason_of(error: json.JSONDecodeError) -> str:
    """Why a text is not JSON."""
    if error.doc[error.pos : error.pos + 1] == "\0":
        return _("zero bytes stand there, as after a crash or a full disk")
    found = next((about for start, about in _REASONS if error.msg.startswith(start)), None)
    return _(found) if found else error.msg


def is_cut(error: json.JSONDecodeError) -> bool:
    """Whether the text is right as far as it goes."""
    rest = error.doc[error.pos :].rstrip()
    return error.msg.startswith("Unterminated string") or any(word.startswith(rest) for word in _WORDS)


def parsed(text: str) -> Any:
    """The value that a text is.

    Raises:
        json.JSONDecodeError: the text is not JSON.
        ValueProblemError: see `checked`.
    """
    try:
        value = STRICT.decode(text)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise problem_of(error) from error
    except ValueProblemError as problem:
        raise located(problem, text) from problem
    return checked(value, text)


def checked(value: Any, text: str) -> Any:
    """The value itself, if it is not nested too deeply and its texts are such that can be written again.

    Args:
        text: what the value was read from; most values can be told to be good by it.

    Raises:
        ValueProblemError: names the field.
    """
    if text.count("[") + text.count("{") > MOST_LEVELS and _levels(value) > MOST_LEVELS:
        raise _too_deep()
    if _SURROGATE_ESCAPE.search(text):
        field = _first(value, lambda part: isinstance(part, str) and _SURROGATE.search(part) is not None)
        if field is not None:
            raise ValueProblemError(_(r"half of a character: \ud800 to \udfff have a meaning only in pairs"), field)
    return value


def problem_of(error: ValueError | RecursionError) -> ValueProblemError:
    """What parsing ran into that is no mistake of JSON's grammar."""
    if isinstance(error, RecursionError):
        return _too_deep()
    return ValueProblemError(_("a number has too many digits"))


def located(problem: ValueProblemError, text: str) -> ValueProblemError:
    """The problem with its field, found by reading the text once more without complaint."""
    if problem.field:
        return problem
    try:
        value, _end = LENIENT.raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return problem
    field = _first(value, lambda part: isinstance(part, float) and not math.isfinite(part))
    return ValueProblemError(problem.what, field or "")


def _too_deep() -> ValueProblemError:
    return ValueProblemError(_("lists and objects are nested more than {count} levels deep").format(count=MOST_LEVELS))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different: of two values under one name, one would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueProblemError(_("the same name stands twice in one object"), twice or '""')
    return found


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueProblemError(_("a number is too large"))
    return number


def _constant(name: str) -> Any:
    raise ValueProblemError(_("{name} is no number that JSON has").format(name=name))


STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)
LENIENT = json.JSONDecoder()


def _parts(value: Any, field: str) -> Iterator[tuple[str, Any]]:
    """What is directly inside a value, with its field."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield f"{field}.{name}" if field else name, part
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield f"{field}[{number}]", part


def _first(value: Any, is_meant: Callable[[Any], bool]) -> str | None:
    """The field of the first part that is meant, names of columns among them; None if there is none."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        field, part = waiting.pop()
        if is_meant(part) or (isinstance(part, dict) and any(is_meant(name) for name in part)):
            return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", field)
        waiting += reversed(list(_parts(part, field)))
    return None


def _levels(value: Any) -> int:
    """How deep lists and objects are nested."""
    count, level = 0, [value]
    while level := [part for outer in level for _field, part in _parts(outer, "") if isinstance(part, dict | list)]:
        count += 1
    return count + isinstance(value, dict | list)
