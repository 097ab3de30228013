"""Going on with another number of processes: the samples of an optimiser step stay the same, and so do its steps.

A step trains the next ``batch_size × accumulative_counts × processes`` rows of an order that does not depend on how many
processes there are. With other processes the two first factors are chosen so that the product stays.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.training.checkpoint_folders import rank_count

BEGUN_FILE = "begun.json"
"""In a checkpoint of a run that goes on with another number of processes: with how many it was begun."""


class Split(NamedTuple):
    """How the samples of an optimiser step are dealt out."""

    batch_size: int
    accumulative_counts: int


def begun_with(checkpoint: Path) -> int:
    """With how many processes the run of a checkpoint was begun; that is what its config counts for."""
    try:
        return int(json.loads((checkpoint / BEGUN_FILE).read_bytes())["processes"])
    except (OSError, ValueError, KeyError, TypeError):
        return rank_count(checkpoint)


def note_begun(checkpoint: Path, processes: int) -> None:
    """Note it in a checkpoint that is being written.

    Raises:
        OSError: it cannot be written.
    """
    (checkpoint / BEGUN_FILE).write_text(json.dumps({"processes": processes}), encoding="utf-8")


def split_among(batch_size: int, accumulative_counts: int, *, begun: int, now: int, where: Path) -> Split:
    """The settings with which ``now`` processes train the samples per step that ``begun`` ones did.

    The batch stays as large as it can: it never takes more memory than it did.

    Raises:
        WorkbenchError: the samples cannot be shared evenly; names numbers of processes with which they can.
    """
    samples = batch_size * accumulative_counts * begun
    sizes = [size for size in range(batch_size, 0, -1) if samples % (now * size) == 0]
    if sizes:
        return Split(sizes[0], samples // (now * sizes[0]))
    possible = ", ".join(str(count) for count in range(1, samples + 1) if samples % count == 0)
    raise WorkbenchError(
        _("The {samples} samples of an optimiser step cannot be shared by {now} processes.").format(
            samples=samples, now=now
        ),
        where=str(where),
        fix=_("Start it with --nproc and one of: {possible}.").format(possible=possible),
    )
