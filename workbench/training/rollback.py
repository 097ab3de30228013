"""What a training that went back to an earlier checkpoint does otherwise from there on. Light: the standard library alone.

``rollback.json`` in the job's folder holds it, so that every later start of the run does the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROLLBACK_FILE = "rollback.json"
GOES_BACK = 75
"""The exit code of a rank that is to be started again, from where `Rollback` says."""
BEGINNING = "beginning"
"""Given to ``--resume`` where no checkpoint is good: the training begins anew in the same job."""


@dataclass(frozen=True)
class Rollback:
    """Back from ``step`` to ``to_step`` (0: the beginning), the checkpoint ``checkpoint`` (empty: none).

    ``rows`` are left out from there on, and the learning rate is multiplied by ``lr_factor``.
    """

    step: int
    to_step: int
    checkpoint: str
    rows: tuple[int, ...] = ()
    lr_factor: float = 1.0


def read_rollback(job: Path) -> Rollback | None:
    """What a job has noted; None if it has never gone back, or the file is damaged."""
    try:
        noted = json.loads((job / ROLLBACK_FILE).read_bytes())
        return Rollback(**{**noted, "rows": tuple(noted["rows"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_rollback(job: Path, rollback: Rollback) -> None:
    """Note it.

    Raises:
        OSError: the folder cannot be written.
    """
    temporary = job / f".{ROLLBACK_FILE}.tmp"
    temporary.write_text(json.dumps(asdict(rollback)), encoding="utf-8")
    temporary.replace(job / ROLLBACK_FILE)


def arguments_after(job: Path, arguments: Sequence[str]) -> list[str] | None:
    """The arguments with which a rank is started again after it has gone back; None if nothing is noted."""
    rollback = read_rollback(job)
    if rollback is None:
        return None
    kept = list(arguments)
    while "--resume" in kept:
        place = kept.index("--resume")
        del kept[place : place + 2]
    return [*kept, "--resume", rollback.checkpoint or BEGINNING]
