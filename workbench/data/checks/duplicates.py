"""Rows that stand more than once, nearly more than once, or far too often."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.data.checks.finding import PLACES_KEPT, Finding
from workbench.data.checks.place import Place
from workbench.data.conversation import Conversation, Sample
from workbench.data.near_duplicates import NearDuplicates, fingerprint, text_of
from workbench.data.row_table import RowTable
from workbench.i18n import _

NEAR_ROWS_COMPARED = 100_000
"""Rows among which near-duplicates are looked for: the first different ones; takes about 3 KB each."""
NEAR_CHARACTERS = 100_000
"""So much of a row is compared with others, from its beginning."""
STOCK_SHARE = 0.2
"""The share of all rows from which one row is called dominating."""
_REPEATS_REMEMBERED = 100_000
_NUMBER_BITS = 40


class Duplicates:
    """Exact and near repetitions in one pass.

    ``different_rows``: rows without their exact repetitions; ``near_rows_compared``: how many of them were compared.
    """

    def __init__(self) -> None:
        self._rows = 0
        self._files: list[str] = []
        self._table = RowTable()
        self._near = NearDuplicates()
        self.different_rows = 0
        self.near_rows_compared = 0
        self._places: dict[int, list[int]] = {}
        self._remembered = 0
        self._repeated_count = 0
        self._repeated: dict[int, int] = {}
        self._most: tuple[int, int, int] = (0, 0, 0)  # count, fingerprint, first place
        self._near_found = Finding(
            "note",
            _("rows that are nearly the same as an earlier one"),
            _("Look at them; 'workbench data dedupe --near' removes them."),
        )

    def look(self, place: Place, sample: Sample) -> None:
        if sample.is_empty:
            return
        self._rows += 1
        mark, code = fingerprint(sample), self._code(place)
        first, count = self._table.add(mark, code)
        if count > 1:
            self._repeat(mark, code, first, count)
            return
        self.different_rows += 1
        if self.near_rows_compared < NEAR_ROWS_COMPARED and isinstance(sample, Conversation):
            self.near_rows_compared += 1
            earlier = self._near.seen(text_of(sample)[:NEAR_CHARACTERS], str(place))
            if earlier:
                self._near_found.add(place, _("like {place}").format(place=earlier))

    def findings(self) -> Iterator[Finding]:
        """What was found; lets go of what was remembered, which can be hundreds of megabytes."""
        self._table, self._near = RowTable(), NearDuplicates()
        count, mark, first = self._most
        if count > max(self._rows * STOCK_SHARE, 1):
            yield self._stock(count, self._places.get(mark, [first]))
        yield self._repeats()
        yield self._near_found

    def _repeat(self, mark: int, code: int, first: int, count: int) -> None:
        """Count a repetition; with the second one the first counts too."""
        self._most = max(self._most, (count, mark, first))
        self._repeated_count += 2 if count == 2 else 1
        if len(self._repeated) < PLACES_KEPT:
            self._repeated[first] = first
            self._repeated[code] = first
        if self._remembered >= _REPEATS_REMEMBERED:
            return
        places = self._places.setdefault(mark, [first])
        if len(places) < PLACES_KEPT:
            places.append(code)
            self._remembered += 1

    def _stock(self, count: int, places: list[int]) -> Finding:
        finding = Finding(
            "warning",
            _("one row makes up much of the data; a model learns to answer everything with it"),
            _("Vary questions and answers, and mix in ordinary dialogue."),
        )
        for code in places:
            finding.add(self._place(code))
        finding.count = count
        return finding

    def _repeats(self) -> Finding:
        finding = Finding("note", _("repeated rows"), _("Keep them only if they are meant."))
        for first, code in sorted((first, code) for code, first in self._repeated.items()):
            finding.add(self._place(code), "" if code == first else f"= {self._place(first)}")
        finding.count = self._repeated_count
        return finding

    def _code(self, place: Place) -> int:
        """A place as one number, in the order of reading."""
        if not self._files or self._files[-1] != place.file:
            self._files.append(place.file)
        return (len(self._files) - 1) << _NUMBER_BITS | place.number

    def _place(self, code: int) -> Place:
        return Place(self._files[code >> _NUMBER_BITS], code & ((1 << _NUMBER_BITS) - 1))
