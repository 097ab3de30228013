"""Which format the first rows of a file look like, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.data.formats.row import DatasetFormat, Row
from workbench.data.formats.spelling import is_read
from workbench.data.formats.table import FORMATS
from workbench.data.wording import listed
from workbench.i18n import _

LOOKED_AT = 20
"""How many rows are looked at."""


@dataclass(frozen=True)
class _Fit:
    """How a format fits the rows looked at.

    Args:
        columns: the required columns that the first fitting row has.
        converted: how many rows it could read.
        is_marked: whether at least half of the rows carry its mark and can be read.
    """

    format: DatasetFormat
    columns: frozenset[str]
    converted: int
    is_marked: bool

    @property
    def rank(self) -> tuple[bool, int, int]:
        return self.is_marked, self.converted, len(self.columns)

    @property
    def closeness(self) -> tuple[bool, bool]:
        """Decides among those of one rank: whether the rows have the format's own columns, and carry a mark of it."""
        return self.columns == self.format.columns, self.format.mark is not None


def recognise(rows: Sequence[Row]) -> tuple[DatasetFormat, str] | None:
    """The format that most of the first 20 rows can be read with, and the reason; None if no format fits.

    Among formats that fit equally well, one whose mark the rows carry comes first, then the one with more columns,
    then the one whose own columns the rows have rather than other spellings of them.
    """
    looked_at = rows[:LOOKED_AT]
    fits = [fit for known in FORMATS if (fit := _fit(known, looked_at))]
    chosen = [fit for fit in fits if fit.format.recognised]
    if not chosen:
        return None
    best = max(chosen, key=lambda fit: (fit.rank, fit.closeness))
    return best.format, _reason(best, [fit for fit in fits if _is_as_good(fit, best)], len(looked_at))


def _fit(known: DatasetFormat, rows: Sequence[Row]) -> _Fit | None:
    """None if no row has the columns, or fewer than half of those that do carry the mark that the format needs."""
    fitting = [(row, columns) for row in rows if (columns := known.columns_in(row))]
    if not fitting:
        return None
    if known.mark and 2 * sum(known.mark(row) for row, _columns in fitting) < len(fitting):
        return None
    converted = sum(is_read(known, row) for row, _columns in fitting)
    return _Fit(known, fitting[0][1], converted, known.mark is not None and 2 * converted >= len(rows))


def _is_as_good(fit: _Fit, best: _Fit) -> bool:
    return fit is not best and fit.rank >= best.rank and fit.columns >= best.columns


def _reason(best: _Fit, others: Sequence[_Fit], rows: int) -> str:
    said = _looks(best, rows)
    if best.converted < rows:
        said = _("{reason}; {converted} of {rows} rows looked at can be read so").format(
            reason=said, converted=best.converted, rows=rows
        )
    if not others:
        return said
    names = listed([fit.format.name for fit in others])
    return _("{reason}; {names} would read the same columns").format(reason=said, names=names)


def _looks(best: _Fit, rows: int) -> str:
    if best.format.because:
        return _(best.format.because)
    names = listed(sorted(best.columns))
    if rows == 1:
        return _("the first row has {columns}").format(columns=names)
    return _("the rows have {columns}").format(columns=names)
