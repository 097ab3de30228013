"""Progress of writing weights as events of a job."""

from __future__ import annotations

from collections.abc import Callable

from workbench.jobs.events import BYTES, EventLog, Progress

_STEPS = 200
"""At most so many events for a whole result, however many tensors it has."""


def in_bytes(events: EventLog, stage: str) -> Callable[[int, int], None]:
    """A function that takes the bytes done and in all, and writes an event whenever they are a good step further."""
    shown = -1

    def report(done: int, total: int) -> None:
        nonlocal shown
        step = done * _STEPS // max(total, 1)
        if step > shown:
            shown = step
            events.write(Progress(stage=stage, done=done, total=total, unit=BYTES))

    return report
