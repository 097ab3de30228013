"""Numbers where a format has text: they are read as Python writes them, as a CSV file has them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.data.conversation import Conversation, Sample
from workbench.data.formats.images import IMAGE_COLUMNS
from workbench.data.formats.row import DatasetFormat, Row, RowError
from workbench.i18n import _

_OTHER_COLUMNS = IMAGE_COLUMNS | {"tools", "id"}
_TEXT_KEYS = frozenset({"content", "value", "input", "output", "system"})
"""What messages and exchanges call their texts."""


@dataclass(frozen=True)
class TakesNumbers:
    """Reads a row whose texts may be numbers, true or false. ``columns``: those with a text, messages, or pairs."""

    convert: Callable[[Row], Sample]
    columns: frozenset[str]

    def __call__(self, row: Row) -> Sample:
        texts = _Texts()
        changed = {
            name: text
            for name in self.columns
            if name in row and (text := texts.of_column(row[name], name)) is not row[name]
        }
        if not changed:
            return self.convert(row)
        sample = self.convert({**row, **changed})
        return replace(sample, numbers=texts.count) if isinstance(sample, Conversation) else sample


def taking_numbers(known: DatasetFormat) -> DatasetFormat:
    """The format, with numbers taken as text where it has text."""
    return replace(known, convert=TakesNumbers(known.convert, known.all_columns - _OTHER_COLUMNS))


@dataclass
class _Texts:
    """Writes numbers as text; what has none in it stays the very object. ``count``: how many there were."""

    count: int = 0

    def of_column(self, value: Any, place: str) -> Any:
        """A text, or a list of messages, exchanges, or pairs of texts.

        Raises:
            RowError: a number is NaN or infinite.
        """
        if not isinstance(value, list | tuple):
            return self._text(value, place)
        entries = [self._entry(entry, f"{place}[{number}]") for number, entry in enumerate(value)]
        return value if all(new is old for new, old in zip(entries, value, strict=True)) else entries

    def _entry(self, entry: Any, place: str) -> Any:
        if isinstance(entry, Mapping):
            texts = {key: self._text(entry[key], f"{place}.{key}") for key in _TEXT_KEYS if key in entry}
            return entry if all(text is entry[key] for key, text in texts.items()) else {**entry, **texts}
        if isinstance(entry, list | tuple):
            texts_of_pair = [self._text(value, f"{place}[{number}]") for number, value in enumerate(entry)]
            return entry if all(new is old for new, old in zip(texts_of_pair, entry, strict=True)) else texts_of_pair
        return entry

    def _text(self, value: Any, place: str) -> Any:
        if not isinstance(value, int | float):  # true and false are among these
            return value
        if not math.isfinite(value):
            raise RowError(place, _("the field must be text, not {kind}").format(kind=value))
        self.count += 1
        return str(value)
