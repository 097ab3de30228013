"""``workbench pause``: hold a waiting job back, or let a training save and give its device to the next one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench pause last

  workbench pause my_config/20260101_120000
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "pause",
        help=_("Hold a job back: a waiting one takes no turn, a training saves and goes back into the queue."),
        epilog=examples(_EXAMPLES),
    )(pause)


def pause(
    job: Annotated[str, typer.Argument(help=_("A place in the queue, a job's id, the beginning of it, or last."))],
) -> None:
    """Pause it, and say what goes on with it."""
    from workbench.jobs.queue import queued_job
    from workbench.jobs.queue_changes import pause as hold_back
    from workbench.jobs.state import JobState, state_of

    found = queued_job(job, Path.cwd())
    hold_back(found)
    if state_of(found) is JobState.STOPPING:
        typer.echo(_("{job} saves at the end of its step; then it is paused.").format(job=found.id))
    else:
        typer.echo(_("{job} is paused.").format(job=found.id))
    typer.echo(_("  it goes on with: workbench unpause {job}").format(job=found.id))
