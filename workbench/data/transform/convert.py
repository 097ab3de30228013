"""Rows of one format as rows of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from workbench.data.conversation import Conversation
from workbench.data.transform.columns import Row
from workbench.data.transform.features import FEATURES, features_of
from workbench.data.transform.output import writing
from workbench.data.transform.rows import PlacedRow, RowSource
from workbench.data.transform.targets import Target
from workbench.data.transform.totals import Totals, Written
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _


class Converter:
    """Makes rows of one format, and counts what they lose.

    Args:
        lossy: leave out what the format cannot hold instead of raising at the first row that has it.
    """

    def __init__(self, target: Target, *, lossy: bool = False) -> None:
        self._target = target
        self._lossy = lossy
        self._made = 0
        self.lost: Counter[str] = Counter()

    def row(self, placed: PlacedRow) -> Row | None:
        """The row in the other format; None if nothing sensible would be left of it.

        Raises:
            WorkbenchError: the format cannot hold something of it, and nothing may be lost.
        """
        features = features_of(placed.sample)
        lost = features - self._target.holds
        if lost and not self._lossy:
            raise self._refused(placed, lost)
        if not isinstance(placed.sample, Conversation) or lost & self._target.useless_with:
            return None
        row = self._target.row(placed.sample, self._made + 1)
        if row is None and not self._lossy:
            raise self._nothing(placed)
        if row is None:
            return None
        self.lost.update(lost)
        self._made += 1
        return row

    def losses(self) -> list[str]:
        """What was lost, for a person."""
        return [
            _("{count} rows lost: {what}.").format(count=count, what=_(FEATURES[name]))
            for name, count in sorted(self.lost.items())
        ]

    def _nothing(self, placed: PlacedRow) -> WorkbenchError:
        return WorkbenchError(
            _("The format {name} needs a question and its answer, and this row has none.").format(
                name=self._target.name
            ),
            where=placed.place,
            fix=_("Mend the row, or allow leaving out what does not fit: --lossy."),
        )

    def _refused(self, placed: PlacedRow, lost: frozenset[str]) -> WorkbenchError:
        what = listed([_(FEATURES[name]) for name in sorted(lost)])
        return WorkbenchError(
            _("The format {name} cannot hold what this row has: {what}.").format(name=self._target.name, what=what),
            where=placed.place,
            fix=_("Choose another format, or allow leaving out what does not fit: --lossy."),
        )


def convert_rows(source: RowSource, target: Target, out: Path, *, lossy: bool = False, force: bool = False) -> Written:
    """Write the rows in another format.

    Raises:
        WorkbenchError: a row is bad or does not fit, or the output cannot be written.
    """
    converter = Converter(target, lossy=lossy)
    totals = Totals()
    with writing(out, force=force, sources=source.files) as writer:
        for row in _converted(source, converter, totals):
            writer.write(row)
            totals.written += 1
    totals.take_bad(source.bad)
    formats = source.formats()
    said = _("{source} → {target}").format(source=listed(formats), target=target.name)
    facts = {"from": formats, "to": target.name, "lost": dict(converter.lost)}
    return Written(totals, {"out": out}, [said, *converter.losses()], facts)


def _converted(source: RowSource, converter: Converter, totals: Totals) -> Iterator[Row]:
    for placed in source.rows():
        row = converter.row(placed)
        if row is None:
            totals.leave_out("inexpressible")
        else:
            totals.read += 1
            yield row
