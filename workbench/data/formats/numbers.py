"""Numbers where a format has text: they are read as Python writes them, as a CSV file has them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from workbench.data.conversation import Conversation, Sample
from workbench.data.formats.images import IMAGE_COLUMNS
from workbench.data.formats.row import DatasetFormat, Row, RowError
from workbench.i18n import _

_OTHER_COLUMNS = IMAGE_COLUMNS | {"history"}


@dataclass(frozen=True)
class TakesNumbers:
    """Reads a row whose columns of text may hold numbers, true or false. ``columns``: names of these."""

    convert: Callable[[Row], Sample]
    columns: frozenset[str]

    def __call__(self, row: Row) -> Sample:
        texts = {
            name: _number_text(value, name)
            for name in self.columns
            if isinstance(value := row.get(name), int | float)  # true and false are among these
        }
        if not texts:
            return self.convert(row)
        sample = self.convert({**row, **texts})
        return replace(sample, numbers=len(texts)) if isinstance(sample, Conversation) else sample


def taking_numbers(known: DatasetFormat) -> DatasetFormat:
    """The format, with numbers taken as text in its columns of text."""
    return replace(known, convert=TakesNumbers(known.convert, known.all_columns - _OTHER_COLUMNS))


def _number_text(value: float, field: str) -> str:
    """A number as text.

    Raises:
        RowError: it is NaN or infinite.
    """
    if math.isfinite(value):
        return str(value)
    raise RowError(field, _("the field must be text, not {kind}").format(kind=value))
