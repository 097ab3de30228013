"""Rows of one format as rows of another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from workbench.data.conversation import Conversation
from workbench.data.transform.columns import Row
from workbench.data.transform.features import FEATURES, UNTRAINED, features_of
from workbench.data.transform.image_paths import ImagePaths
from workbench.data.transform.output import writing
from workbench.data.transform.rows import PlacedRow, RowSource
from workbench.data.transform.targets import Target
from workbench.data.transform.totals import Totals, Written
from workbench.data.wording import listed
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable


class Converter:
    """Makes rows of one format, and counts what they lose.

    Args:
        lossy: leave out what the format cannot hold instead of raising at the first row that has it.

    ``lost``: rows by the feature they are written without; ``columns``: rows by the column that is not carried over.
    """

    def __init__(self, target: Target, *, lossy: bool = False) -> None:
        self._target = target
        self._lossy = lossy
        self._made = 0
        self.lost: Counter[str] = Counter()
        self.columns: Counter[str] = Counter()

    def row(self, placed: PlacedRow) -> Row | None:
        """The row in the other format; None if nothing sensible would be left of it.

        Raises:
            WorkbenchError: the format cannot hold something of it, and nothing may be lost.
        """
        lost = features_of(placed.sample) - self._target.holds
        if lost - UNTRAINED and not self._lossy:
            raise self._refused(placed, lost - UNTRAINED)
        if not isinstance(placed.sample, Conversation) or lost & self._target.useless_with:
            return None
        row = self._target.row(placed.sample, self._made + 1)
        if row and "id" in row and placed.row.get("id") not in (None, ""):
            row["id"] = str(placed.row["id"])
        if row is None and not self._lossy:
            raise self._nothing(placed)
        return row

    def count(self, placed: PlacedRow, read: Collection[str]) -> None:
        """Count what a row that is written loses.

        Args:
            read: the columns that its format reads; empty if they are not known.
        """
        self._made += 1
        self.lost.update(features_of(placed.sample) - self._target.holds)
        if read:
            carried = read if self._target.name == "llava" else {*read} - {"id"}
            unread = (name for name, value in placed.row.items() if name not in carried and value not in (None, ""))
            self.columns.update(unread)

    def losses(self) -> list[str]:
        """What was lost, for a person."""
        said = [_loss(name, count) for name, count in sorted(self.lost.items())]
        if self.columns:
            named = listed([f"{name} ({count})" for name, count in self.columns.items()])
            said.append(printable(_("Columns not carried over, with their rows: {names}.").format(names=named)))
        return said

    def facts(self) -> dict[str, Any]:
        """What was lost, for programs."""
        return {"lost": dict(self.lost), "columns_not_carried_over": dict(self.columns)}

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
    images = ImagePaths([source], out)
    with writing(out, force=force, sources=source.files) as writer:
        for file, row in _converted(source, converter, totals):
            writer.write(images.row(file, row))
            totals.written += 1
        totals.take_bad(source.bad)
        totals.require_written(source.data_path)
    formats = source.formats()
    said = _("{source} → {target}").format(source=listed(formats), target=target.name)
    facts = {"from": formats, "to": target.name, **converter.facts(), **images.facts()}
    return Written(totals, {"out": out}, [said, *converter.losses(), *images.sentences()], facts)


def _loss(name: str, count: int) -> str:
    if name == "loss":
        return _("{count} rows: answers that were not to be trained are trained now.").format(count=count)
    return _("{count} rows written without: {what}.").format(count=count, what=_(FEATURES[name]))


def _converted(source: RowSource, converter: Converter, totals: Totals) -> Iterator[tuple[Path, Row]]:
    for placed in source.rows():
        row = converter.row(placed)
        if row is None:
            totals.leave_out("inexpressible")
        else:
            totals.read += 1
            converter.count(placed, source.columns_read(placed.file))
            yield placed.file, row
