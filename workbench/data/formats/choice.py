"""Which format a file is read with: the one named, or the one its first rows look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.data.formats.mapping import recognise_columns, with_columns
from workbench.data.formats.own_function import names_function, own_format
from workbench.data.formats.recognise import recognise
from workbench.data.formats.row import DatasetFormat, Row
from workbench.data.formats.spelling import about_capitals, as_spelt, can_read, in_small_letters, takes_any_capitals
from workbench.data.formats.table import get_format
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _

AUTO = "auto"


@dataclass(frozen=True)
class FormatChoice:
    """What the user says about a file's format.

    Args:
        name: a name of `FORMATS`, ``path/to/file.py:function``, or ``auto`` to look at the first rows.
        columns: our name of a column to the data's name of it, with dots into nested objects.
    """

    name: str = AUTO
    columns: Mapping[str, str] = field(default_factory=dict)


def choose_format(choice: FormatChoice, rows: Sequence[Row], place: Path) -> tuple[DatasetFormat, str]:
    """The format to read a file with and the reason. ``rows``: the first rows of the file at ``place``.

    Raises:
        WorkbenchError: there is no such format, none fits, or the columns or the function named do not exist.
    """
    if names_function(choice.name):
        return _of_function(choice, rows)
    if choice.name != AUTO:
        known = get_format(choice.name)
        if choice.columns:
            return with_columns(known, choice.columns), _("chosen by dataset_format")
        spelt = as_spelt(known, rows)
        return spelt, _in_words(_("chosen by dataset_format"), spelt, rows)
    if choice.columns:
        return recognise_columns(choice.columns, rows)
    found = recognise(rows)
    if found is None or not can_read(found[0], rows):
        found = _in_other_capitals(rows, found)
    if found is None:
        raise _not_recognised(rows, place)
    spelt = as_spelt(found[0], rows)
    return spelt, _in_words(found[1], spelt, rows)


def _in_other_capitals(
    rows: Sequence[Row], otherwise: tuple[DatasetFormat, str] | None
) -> tuple[DatasetFormat, str] | None:
    """What the rows are if capitals count for nothing, unless another format is known and that helps nothing."""
    small = [in_small_letters(row) for row in rows]
    found = recognise(small)
    return found if found and (otherwise is None or can_read(found[0], small)) else otherwise


def _in_words(reason: str, spelt: DatasetFormat, rows: Sequence[Row]) -> str:
    """The reason for a format, and that capitals count for nothing if they do."""
    return f"{reason}; {about_capitals(spelt, rows)}" if takes_any_capitals(spelt) else reason


def _of_function(choice: FormatChoice, rows: Sequence[Row]) -> tuple[DatasetFormat, str]:
    if choice.columns:
        raise WorkbenchError(
            _("A function of your own gets the row as it is; dataset_columns would be ignored."),
            where="dataset_columns",
            fix=_("Leave out dataset_columns, or name another format: dataset_format."),
        )
    return own_format(choice.name, rows)


def _not_recognised(rows: Sequence[Row], place: Path) -> WorkbenchError:
    return WorkbenchError(
        _("The format cannot be recognised from these columns: {columns}.").format(
            columns=listed([str(column) for column in rows[0]]) if rows and rows[0] else _("none")
        ),
        where=f"{place}:1",
        fix=_(
            "Name it with dataset_format ('workbench data list-formats' shows an example of each), or say with "
            "dataset_columns which columns hold question and answer."
        ),
    )
