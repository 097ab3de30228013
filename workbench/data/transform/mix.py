"""Several sources in one file, each with its share."""

from __future__ import annotations

import itertools
import random
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.data.transform.convert import Converter
from workbench.data.transform.image_paths import ImagePaths
from workbench.data.transform.output import writing
from workbench.data.transform.rows import PlacedRow, RowSource
from workbench.data.transform.targets import BY_NAME
from workbench.data.transform.totals import Totals, Written
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import printable

_COMMON_FORMAT = "openai"


@dataclass(frozen=True)
class MixRequest:
    """How to mix.

    Args:
        weights: the share of each source, in any unit; empty for shares by size.
        temperature: a source's share is in proportion to its size to the power of 1/temperature: 1 keeps the
            proportions, higher values bring them closer together.
        rows: to write in all; None for as many as the sources have.
        lossy: leave out what the common format cannot hold.
    """

    out: Path
    weights: tuple[float, ...] = ()
    temperature: float = 1.0
    rows: int | None = None
    seed: int = 42
    lossy: bool = False


@dataclass(frozen=True)
class Share:
    """What a source gives: its rows ``passes`` times, and then ``drawn`` of them."""

    size: int
    rows: int

    @property
    def passes(self) -> int:
        return self.rows // self.size

    @property
    def drawn(self) -> int:
        return self.rows % self.size


def mix_rows(sources: Sequence[RowSource], request: MixRequest, *, force: bool = False) -> Written:
    """Write rows of all sources, spread over the file; the same sources and seed give the same file.

    The rows of a source keep their order. If it must give more rows than it has, all of them are repeated before
    some are drawn once more. Sources of one format keep their rows as they are, others become openai messages.

    Raises:
        WorkbenchError: a row is bad, a source has none or does not fit in, or the output cannot be written.
    """
    same = len({name for source in sources for name in source.formats()}) == 1
    converter = None if same else Converter(BY_NAME[_COMMON_FORMAT], lossy=request.lossy)
    inputs = [_Input(source, converter) for source in sources]
    shares = _shares([entry.size for entry in inputs], sources, request)
    draw = random.Random(request.seed)
    rows = [entry.endless(share, draw.randrange(2**32)) for entry, share in zip(inputs, shares, strict=True)]
    totals = Totals()
    images = ImagePaths(sources, request.out)
    files = [file for source in sources for file in source.files]
    with writing(request.out, force=force, sources=files) as writer:
        for number in _order([share.rows for share in shares], draw):
            placed = next(rows[number], None)
            if placed is None:
                raise sources[number].changed()
            writer.write(images.row(placed.file, placed.row))
            totals.written += 1
    _count(totals, inputs, shares)
    facts = {"format": sources[0].formats()[0] if same else _COMMON_FORMAT, "sources": _facts(sources, shares)}
    written = _("{count} rows written.").format(count=totals.written)
    said = [written, *_sentences(sources, shares), *(converter.losses() if converter else []), *images.sentences()]
    lost = converter.facts() if converter else {}
    return Written(totals, {"out": request.out}, said, {**facts, **lost, **images.facts()})


class _Input:
    """A source whose rows come out in the form to write. It is read once to count them and its ``bad`` rows.

    ``unfit``: rows that the converter leaves out; without a converter rows stay as they are.
    """

    def __init__(self, source: RowSource, converter: Converter | None) -> None:
        self._source = source
        self._converter = converter
        self.unfit = 0
        self.size = 0
        for placed in source.rows():
            is_fit = converter is None or converter.row(placed) is not None
            self.size += is_fit
            self.unfit += not is_fit
        self.bad = source.bad

    def endless(self, share: Share, seed: int) -> Iterator[PlacedRow]:
        """As many rows as the share says: whole passes, then a drawn part in order."""
        for _pass in range(share.passes):
            yield from self._rows(itertools.repeat(1))
        if share.drawn:
            yield from self._rows(_chosen(share, seed))

    def _rows(self, chosen: Iterable[int]) -> Iterator[PlacedRow]:
        """The rows that are chosen, as they are to be written. What they lose is counted."""
        choices = iter(chosen)
        for placed in self._source.rows():
            row = self._converter.row(placed) if self._converter else placed.row
            if row is None or not next(choices, 0):
                continue
            if self._converter:
                self._converter.count(placed, self._source.format_of(placed.file).all_columns)
            yield placed._replace(row=row)


def _chosen(share: Share, seed: int) -> bytearray:
    """For each row of a source, 1 if it is drawn, else 0."""
    chosen = bytearray(share.size)
    for position in random.Random(seed).sample(range(share.size), share.drawn):
        chosen[position] = 1
    return chosen


def _shares(sizes: Sequence[int], sources: Sequence[RowSource], request: MixRequest) -> list[Share]:
    for size, source in zip(sizes, sources, strict=True):
        if not size:
            raise WorkbenchError(_("There is no row to mix in."), where=source.data_path)
    weights = request.weights or [(size / max(sizes)) ** (1 / request.temperature) for size in sizes]
    rows = sum(sizes) if request.rows is None else request.rows
    return [Share(size, count) for size, count in zip(sizes, _apportioned(rows, weights), strict=True)]


def _apportioned(rows: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to the rows (largest remainders)."""
    shares = [weight / max(weights) for weight in weights]
    exact = [rows * share / sum(shares) for share in shares]
    counts = [int(count) for count in exact]
    by_remainder = sorted(range(len(weights)), key=lambda at: (counts[at] - exact[at], at))
    for at in by_remainder[: rows - sum(counts)]:
        counts[at] += 1
    return counts


def _order(counts: Sequence[int], draw: random.Random) -> array[int]:
    """Which source gives each row. Takes 2 bytes a row."""
    order = array("H")
    for number, count in enumerate(counts):
        order.extend(array("H", [number]) * count)
    draw.shuffle(order)
    return order


def _count(totals: Totals, inputs: Sequence[_Input], shares: Sequence[Share]) -> None:
    """Count every row of the sources once: kept if it was written at least once."""
    for entry, share in zip(inputs, shares, strict=True):
        kept = share.size if share.passes else share.drawn
        totals.read += kept
        totals.leave_out("not_drawn", share.size - kept)
        totals.leave_out("inexpressible", entry.unfit)
        totals.take_bad(entry.bad)


def _facts(sources: Sequence[RowSource], shares: Sequence[Share]) -> list[dict[str, object]]:
    total = sum(share.rows for share in shares)
    return [
        {
            "path": source.data_path,
            "size": share.size,
            "rows": share.rows,
            "share": share.rows / total,
            "times": share.rows / share.size,
        }
        for source, share in zip(sources, shares, strict=True)
    ]


def _sentences(sources: Sequence[RowSource], shares: Sequence[Share]) -> list[str]:
    total = sum(share.rows for share in shares)
    said = _("  {path}: {rows} rows, {percent:.1%} of all; it has {size}, so each came {times:.2f} times")
    return [
        said.format(
            path=printable(source.data_path),
            rows=share.rows,
            percent=share.rows / total,
            size=share.size,
            times=share.rows / share.size,
        )
        for source, share in zip(sources, shares, strict=True)
    ]
