"""Notices a training that stands still, and what its processes do meanwhile. Light: the standard library alone.

A training writes events as it goes. One that has written none for much longer than ever before has probably lost a
process that the others wait for, or reads from a disk that does not answer. It may still go on, so nothing is ended.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

_TIMES_THE_LONGEST = 5
_AT_LEAST_VARIABLE = "WORKBENCH_WATCHDOG_SECONDS"
_AT_LEAST = 300.0
SAVING_FILE = ".saving"
"""In the job of a machine after the first, while a checkpoint is written in that of the first."""
_TIMES_WHERE_LONG = 12
"""Loading a large model, preparing much data, or a save may be silent for so many times the shortest alarm."""


class Watchdog:
    """Looks at the events of a job every now and then.

    The alarm comes after 5 times the longest silence between two events since the first step, at least after 5 minutes
    (``WORKBENCH_WATCHDOG_SECONDS``), and before the first step and during a save after an hour; once, and again only
    after a sign of life. The validation before the first step tells how long a later one may take.
    """

    def __init__(self, job: Path) -> None:
        self._job = job
        self._path = job / "events.jsonl"
        (job / SAVING_FILE).unlink(missing_ok=True)  # of a run that was killed
        self._offset = self._path.stat().st_size if self._path.exists() else 0
        self._at_least = float(os.environ.get(_AT_LEAST_VARIABLE) or _AT_LEAST)
        self._last = time.time()
        self._longest = 0.0
        self._has_stepped = self._has_alarmed = False

    def look(self) -> None:
        """Read new events; sound the alarm if there have been none for too long."""
        self._read()
        silence = time.time() - self._last
        if silence < self._patience or self._has_alarmed:
            return
        if silence < self._at_least * _TIMES_WHERE_LONG and self._is_saving():
            return
        self._has_alarmed = True
        from workbench.training.standstill import tell_standstill

        try:
            tell_standstill(self._job, silence, self._longest)
        except OSError as error:  # a full disk, say: the guard must stay, for the rank ends with it
            print(f"that it stands still could not be noted: {error}", file=sys.stderr)  # noqa: T201
        self._read(are_signs_of_life=False)

    @property
    def _patience(self) -> float:
        if not self._has_stepped:
            return self._at_least * _TIMES_WHERE_LONG
        return max(self._at_least, self._longest * _TIMES_THE_LONGEST)

    def _is_saving(self) -> bool:
        from workbench.training.saving import UNFINISHED  # not light: only when it has been silent for long

        return (self._job / "checkpoints" / UNFINISHED).exists() or (self._job / SAVING_FILE).exists()

    def _read(self, *, are_signs_of_life: bool = True) -> None:
        try:
            with self._path.open("rb") as stream:
                stream.seek(self._offset)
                data = stream.read()
        except OSError:
            return
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines() if are_signs_of_life else ():
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            event = json.loads(line)
            at, kind = float(event["time"]), event["event"]
        except (ValueError, KeyError, TypeError):
            return
        if self._has_stepped or kind == "validation":
            self._longest = max(self._longest, at - self._last)
        self._has_stepped = self._has_stepped or kind == "step"
        self._last, self._has_alarmed = at, False
