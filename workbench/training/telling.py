"""Where the processes of a training tell how it goes: the first one in its job, those of other machines in theirs.

Every rank learns the same figures, so the first process of each machine that torchrun was started on can note them too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.i18n import _
from workbench.jobs.events import Checkpoint, Event, EventLog, Started
from workbench.jobs.folder import JobFolder
from workbench.jobs.session import own_folder
from workbench.jobs.worker import logged_events
from workbench.training.ranks_environment import has_folder_of_its_own, rank
from workbench.training.watchdog import SAVING_FILE


def event_log(job: JobFolder) -> EventLog | None:
    """Where this process tells; None if another one of its machine does.

    Args:
        job: in which the training works, which may be that of the first machine.
    """
    if rank() == 0:
        return logged_events(job.path)
    return logged_events(own_folder(job.path)) if has_folder_of_its_own() else None


def as_told_here(event: Event) -> Event | None:
    """What this process tells of an event; None of checkpoints on machines that do not keep them."""
    if rank() == 0:
        return event
    if isinstance(event, Started):
        return event.model_copy(update={"facts": [first_machine(), *event.facts]})
    return None if isinstance(event, Checkpoint) else event


def first_machine() -> str:
    """Which one keeps the checkpoints, in a sentence."""
    address = os.environ.get("MASTER_ADDR", "?")
    return _("The first machine is {address}: the checkpoints are there.").format(address=address)


@contextmanager
def save_noted(job: JobFolder) -> Iterator[None]:
    """While this lasts, the watchdog of a machine that sees nothing of the checkpoint knows that one is being written."""
    mark = own_folder(job.path) / SAVING_FILE if has_folder_of_its_own() else None
    try:
        if mark is not None:
            mark.touch()
        yield
    finally:
        if mark is not None:
            mark.unlink(missing_ok=True)
