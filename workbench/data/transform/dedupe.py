"""Rows without those that say what an earlier one said."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workbench.data.near_duplicates import NearDuplicates, fingerprint, text_of
from workbench.data.readers.problems import place
from workbench.data.row_table import RowTable
from workbench.data.transform.image_paths import ImagePaths
from workbench.data.transform.output import writing
from workbench.data.transform.rows import PlacedRow, RowSource
from workbench.data.transform.totals import Totals, Written
from workbench.i18n import _
from workbench.text import printable

_SHOWN = 10
_NUMBER_BITS = 40
_NEAR_ROWS = 1_000_000


@dataclass(frozen=True)
class Removed:
    """A row that was left out, and the earlier one that says the same. ``near``: nearly the same."""

    place: str
    same_as: str
    near: bool


@dataclass
class _Seen:
    """What was read so far. About 50 bytes a row; with near-duplicates 1 to 2 KB for each of the first million."""

    files: list[Path]
    near: NearDuplicates | None
    table: RowTable = field(default_factory=RowTable)

    def earlier(self, placed: PlacedRow) -> Removed | None:
        """The row as one to remove, if it repeats an earlier one; else it is remembered."""
        code = self.files.index(placed.file) << _NUMBER_BITS | placed.number
        first, count = self.table.add(fingerprint(placed.sample), code)
        if count > 1:
            return Removed(placed.place, self._place(first), near=False)
        similar = self.near.seen(text_of(placed.sample), placed.place) if self.near else None
        return Removed(placed.place, similar, near=True) if similar else None

    def _place(self, code: int) -> str:
        return place(self.files[code >> _NUMBER_BITS], code & ((1 << _NUMBER_BITS) - 1))


def dedupe_rows(
    source: RowSource, out: Path, *, near: float | None = None, force: bool = False, keep_all: bool = False
) -> Written:
    """Write each row once, as it is, where it stands first.

    Args:
        near: also leave out rows whose texts are at least this similar, above 0 and up to 1.
        keep_all: tell of every row left out, not only of the first ten.

    Raises:
        WorkbenchError: a row is bad, or the output cannot be written.
    """
    totals = Totals()
    removed: list[Removed] = []
    images = ImagePaths([source], out)
    seen = _Seen(source.files, NearDuplicates(near, _NEAR_ROWS) if near is not None else None)
    with writing(out, force=force, sources=source.files) as writer:
        for placed in source.rows():
            repeated = seen.earlier(placed)
            if repeated is None:
                writer.write(images.row(placed.file, placed.row))
                totals.read += 1
                totals.written += 1
                continue
            totals.leave_out("near_duplicate" if repeated.near else "duplicate")
            if keep_all or len(removed) < _SHOWN:
                removed.append(repeated)
        totals.take_bad(source.bad)
        totals.require_written(source.data_path)
    sentences = [_sentence(gone) for gone in removed[:_SHOWN]]
    more = totals.left_out["duplicate"] + totals.left_out["near_duplicate"] - len(sentences)
    if more > 0:
        sentences.append("  " + _("and {count} more").format(count=more))
    if seen.near and seen.near.is_full:
        sentences.append(_("Rows were compared with the first {count} different ones only.").format(count=_NEAR_ROWS))
    facts = {"removed": [{"row": gone.place, "same_as": gone.same_as, "near": gone.near} for gone in removed]}
    return Written(totals, {"out": out}, sentences + images.sentences(), facts | images.facts())


def _sentence(gone: Removed) -> str:
    said = _("  {row} is nearly {earlier}") if gone.near else _("  {row} is {earlier}")
    return printable(said.format(row=gone.place, earlier=gone.same_as))
