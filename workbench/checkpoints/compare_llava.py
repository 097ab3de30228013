"""How far the parts of two LLaVA folders are apart, each part with its like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.checkpoints.adapter import Adapter
from workbench.checkpoints.compare_tensors import Tally, compare_adapters, compare_tensors
from workbench.checkpoints.llava.folder_parts import FolderParts, read_parts
from workbench.checkpoints.stored import LazyTensor
from workbench.weights.comparison import Comparison, Difference
from workbench.weights.seeing import LANGUAGE_ADAPTER, PROJECTOR, TOWER_ADAPTER, WHOLE_TOWER

_LANGUAGE_MODEL = "llm"
Part = Adapter | dict[str, LazyTensor]


def compare_parts(
    comparison: Comparison, first: Path, second: Path, tally: Tally, on_progress: Callable[[int, int], None]
) -> None:
    """Fill in what differs; every name begins with that of its part.

    Raises:
        WorkbenchError: a part is damaged or missing.
    """
    one, other = read_parts(first), read_parts(second)
    parts, others = dict(_parts(one)), dict(_parts(other))
    comparison.only_first += [name for name in parts if name not in others]
    comparison.only_second += [name for name in others if name not in parts]
    common = [name for name in parts if name in others]
    files = [path for both in (one, other) for path in both.weight_files() if path.is_file()]
    progress = _Progress(on_progress, sum(path.stat().st_size for path in files))
    for name in common:
        found, of_part = Comparison(first=comparison.first, second=comparison.second), Tally()
        _compare(found, parts[name], others[name], of_part, progress)
        _take(comparison, found, name)
        tally.take(of_part, name)
        progress.next_part()
    on_progress(progress.total, progress.total)


@dataclass
class _Progress:
    """Bytes of one part after another as those of all."""

    tell: Callable[[int, int], None]
    total: int
    before: int = 0
    reached: int = 0

    def __call__(self, done: int, _of_part: int) -> None:
        self.reached = done
        self.tell(min(self.before + done, self.total), self.total)

    def next_part(self) -> None:
        self.before += self.reached
        self.reached = 0


def _parts(parts: FolderParts) -> Iterator[tuple[str, Part]]:
    if parts.language is not None:
        yield _LANGUAGE_MODEL, parts.language.stored
    if parts.language_adapter is not None:
        yield LANGUAGE_ADAPTER, parts.language_adapter
    if parts.tower is not None:
        yield WHOLE_TOWER, parts.tower.stored
    if parts.tower_adapter is not None:
        yield TOWER_ADAPTER, parts.tower_adapter
    yield PROJECTOR, parts.projector


def _compare(found: Comparison, one: Part, other: Part, tally: Tally, on_progress: Callable[[int, int], None]) -> None:
    if isinstance(one, Adapter) and isinstance(other, Adapter):
        compare_adapters(found, one, other, tally, on_progress)
    elif not isinstance(one, Adapter) and not isinstance(other, Adapter):
        compare_tensors(found, one, other, tally, on_progress)


def _take(comparison: Comparison, found: Comparison, part: str) -> None:
    comparison.only_first += [f"{part}.{name}" for name in found.only_first]
    comparison.only_second += [f"{part}.{name}" for name in found.only_second]
    comparison.shapes += [
        Difference(name=f"{part}.{one.name}", first=one.first, second=one.second) for one in found.shapes
    ]
    comparison.note = comparison.note or found.note
