"""``workbench jobs``: what runs and what has run in this project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import N_, _

_EXAMPLES = """
  workbench jobs

  workbench jobs --all --json
"""
_SHOWN = 20
_COLUMNS = (N_("job"), N_("kind"), N_("state"), N_("progress"), N_("loss"), N_("started"), N_("time"))


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("jobs", help=_("List the project's jobs, newest first."), epilog=examples(_EXAMPLES))(jobs)


def jobs(
    every: Annotated[bool, typer.Option("--all", help=_("Not only the newest twenty."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON list."))] = False,
) -> None:
    """Print the table."""
    from workbench.commands.columns import aligned
    from workbench.jobs.find import list_jobs
    from workbench.jobs.rows import job_rows
    from workbench.text import printable

    found = list_jobs(Path.cwd())
    rows = job_rows(found if every else found[:_SHOWN])
    if as_json:
        typer.echo(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=1))
        return
    if not rows:
        typer.echo(_("There are no jobs in this project yet."))
        return
    cells = [tuple(_(column) for column in _COLUMNS), *(row.cells() for row in rows)]
    for line in aligned(cells):
        typer.echo(printable(line))
    if len(found) > len(rows):
        typer.echo(_("… and {count} older ones: --all").format(count=len(found) - len(rows)))
