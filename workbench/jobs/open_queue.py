"""The queue for those who can be told what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import WorkbenchError, system_reason
from workbench.i18n import _
from workbench.jobs.turns import Queue, queue
from workbench.paths import user_state


@contextmanager
def open_queue() -> Iterator[Queue]:
    """As `workbench.jobs.turns.queue`.

    Raises:
        WorkbenchError: the user's state folder cannot be written.
    """
    try:
        with queue() as order:
            yield order
    except OSError as error:
        raise WorkbenchError(
            _("The queue cannot be kept: {reason}").format(reason=system_reason(error)),
            where=str(error.filename or user_state()),
            fix=_("Let WORKBENCH_STATE_DIR name a folder that can be written; a training also starts without --queue."),
        ) from error
