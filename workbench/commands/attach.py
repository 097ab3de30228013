"""``workbench attach``: watch a job from any terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench attach last

  workbench attach my_config/20260101_120000
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("attach", help=_("Watch a job; Ctrl-C stops watching, not the job."), epilog=examples(_EXAMPLES))(
        attach
    )


def attach(
    job: Annotated[str, typer.Argument(help=_("A job's id, the beginning of it, its folder, or last."))],
    recent: Annotated[bool, typer.Option("--recent", help=_("Begin with the last few events."))] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help=_("Print the events as JSON lines until the job ends."))
    ] = False,
) -> None:
    """Print what has happened and what happens, and exit with the job's code."""
    from workbench.commands.follow import follow
    from workbench.jobs.find import find_job

    found = find_job(Path.cwd(), job)
    if as_json:
        raise typer.Exit(_print_events(found.path))
    typer.echo(_("Job {job} in {path}").format(job=found.id, path=found.path))
    raise typer.Exit(follow(found, only_recent=recent))


def _print_events(path: Path) -> int:
    """Hand through the event lines of a job."""
    import time

    from workbench.jobs.folder import JobFolder
    from workbench.jobs.state import exit_status, state_of
    from workbench.jobs.tail import EventTail

    job = JobFolder(path)
    tail = EventTail(job.events_path)
    try:
        while True:
            over = state_of(job).is_over
            events = tail.poll()
            for event in events:
                typer.echo(event.model_dump_json(exclude_none=True))
            if over and not events:
                return exit_status(job)
            if not events:
                time.sleep(0.3)
    except KeyboardInterrupt:
        return 0
