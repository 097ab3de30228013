"""``workbench queue``: who has which device, who waits for it, and in which order."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import N_, _

_EXAMPLES = """
  workbench queue

  workbench queue --json

  workbench queue move 3 first
"""
_MOVE_EXAMPLES = """
  workbench queue move 3 first

  workbench queue move my_config/20260101_120000 down
"""
_COLUMNS = (N_("place"), N_("job"), N_("state"), N_("devices"), N_("behind"))


class _Direction(StrEnum):
    """Where to: one place up or down, or to an end."""

    UP = "up"
    DOWN = "down"
    FIRST = "first"
    LAST = "last"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(rich_markup_mode=None, epilog=examples(_EXAMPLES))
    group.callback(
        invoke_without_command=True,
        help=_("List the jobs that have a device or wait for one, of all your projects on this machine."),
        epilog=examples(_EXAMPLES),
    )(queue)
    group.command("move", help=_("Give a waiting job another place."), epilog=examples(_MOVE_EXAMPLES))(move)
    app.add_typer(group, name="queue")


def queue(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON list."))] = False,
) -> None:
    """Print the table."""
    if ctx.invoked_subcommand is None:
        _list(as_json=as_json)


def move(
    job: Annotated[str, typer.Argument(help=_("A place in the queue, a job's id, or the beginning of it."))],
    to: Annotated[_Direction, typer.Argument(help=_("up, down, first or last."))],
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Change the order."""
    from workbench.jobs.queue import queued_job
    from workbench.jobs.queue_changes import move as give_place

    found = queued_job(job, Path.cwd())
    place = give_place(found, to.value)
    if as_json:
        typer.echo(json.dumps({"job": found.id, "place": place}, ensure_ascii=False))
    else:
        typer.echo(_("{job}: place {number}").format(job=found.id, number=place))


def _list(*, as_json: bool) -> None:
    from workbench.commands.columns import aligned
    from workbench.jobs.queue import queue_rows, rows_under_slurm
    from workbench.text import printable

    rows = [*queue_rows(), *rows_under_slurm(Path.cwd())]
    if as_json:
        typer.echo(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=1))
        return
    if not rows:
        typer.echo(_("No job has a device, and none waits. 'workbench train CONFIG --queue' puts one into the queue."))
        return
    cells = [tuple(_(column) for column in _COLUMNS)]
    for row in rows:
        state = f"{row.state.symbol} {_(row.state.word)}"
        cells.append((row.place_mark, row.job.id, state, row.devices_text, row.waits_for))
    for line in aligned(cells):
        typer.echo(printable(line))
    if any(row.slurm for row in rows):
        typer.echo(_("Those of Slurm wait in its own queue: their order is not changed here."))
    for row in rows:
        if row.is_left_alone:
            typer.echo(
                _("{job} was killed while it waited; put it back: workbench unpause {job}").format(job=row.job.id)
            )
