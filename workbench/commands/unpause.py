"""``workbench unpause``: let a paused job take its turn again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench unpause 1

  workbench unpause my_config/20260101_120000
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "unpause",
        help=_("Let a paused job go on when its devices are free; also one that was killed while it waited."),
        epilog=examples(_EXAMPLES),
    )(unpause)


def unpause(
    job: Annotated[str, typer.Argument(help=_("A place in the queue, a job's id, the beginning of it, or last."))],
) -> None:
    """Let it go on."""
    from workbench.jobs.queue import queue_row, queued_job
    from workbench.jobs.queue_changes import unpause as let_go_on

    found = queued_job(job, Path.cwd())
    let_go_on(found)
    row = queue_row(found)
    typer.echo(f"{found.id}: {row.place_text}" if row else _("{job} goes on.").format(job=found.id))
