"""What a row of JSON must be, and the errors about one that is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.data.readers.json_values import ValueProblemError
from workbench.data.readers.problems import place
from workbench.errors import WorkbenchError
from workbench.i18n import N_, _

_KINDS: dict[type, str] = {
    bool: N_("true or false"),
    int: N_("a number"),
    float: N_("a number"),
    str: N_("a text"),
    list: N_("a list"),
    type(None): "null",
}


def as_row(value: Any) -> dict[str, Any]:
    """The value, if it is an object.

    Raises:
        ValueProblemError: it is something else.
    """
    if isinstance(value, dict):
        return value
    raise ValueProblemError(_("a row must be an object with columns, not {kind}").format(kind=_(_KINDS[type(value)])))


def bad_value(path: Path, number: int, problem: ValueProblemError, fix: str | None = None) -> WorkbenchError:
    """A row that is JSON, but holds what cannot be used."""
    parts = [number, problem.field] if problem.field else [number]
    return WorkbenchError(
        _("This row cannot be used: {reason}.").format(reason=problem.what), where=place(path, *parts), fix=fix
    )


def not_json(path: Path, reason: str, line: int, column: int) -> WorkbenchError:
    """A text that is not JSON."""
    return WorkbenchError(_("This is not JSON: {reason}.").format(reason=reason), where=place(path, line, column))
