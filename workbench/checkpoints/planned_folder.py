"""Folders of a result, each with weights and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.checkpoints.values import only_finite
from workbench.checkpoints.weight_writing import ONE_FILE, PlannedTensor, write_weights


@dataclass(frozen=True)
class PlannedFolder:
    """A folder of the result. ``name``: within it, empty for itself.

    ``finish``: writes what is no weight; returns what the user should know of that, translated.
    """

    name: str
    plan: list[PlannedTensor]
    finish: Callable[[Path], list[str] | None]
    max_shard_bytes: int = ONE_FILE


def write_folders(
    folders: Iterable[PlannedFolder],
    target: Path,
    *,
    where: Path,
    safe: bool = True,
    fix: str | None = None,
    but: Callable[[str], bool] = lambda _name: False,
    on_progress: Callable[[int, int], None],
) -> list[str]:
    """Write all folders; returns what the user should know.

    Args:
        target: the partial folder of `complete_or_absent`.
        where: what they are made from; ``fix`` and ``but``: see `only_finite`.
        on_progress: gets the bytes that are done and those in all.

    Raises:
        WorkbenchError: a value is not finite, or the disk cannot hold them.
    """
    planned, notes, before = list(folders), list[str](), 0
    total = sum(tensor.nbytes for folder in planned for tensor in folder.plan)
    for folder in planned:
        place = target / folder.name
        write_weights(
            place,
            only_finite(folder.plan, where, fix, but=but),
            max_shard_bytes=folder.max_shard_bytes,
            safe=safe,
            on_progress=lambda done, _all, before=before: on_progress(before + done, total),  # type: ignore[misc]
        )
        notes += folder.finish(place) or []
        before += sum(tensor.nbytes for tensor in folder.plan)
    return notes
