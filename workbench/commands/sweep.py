"""``workbench sweep``: the same training with several settings, one after another, and what came of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from workbench.commands.wording import examples
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.jobs.sweeps import SweepFolder

_EXAMPLES = """
  workbench sweep configs/my.yaml --set lr=1e-4,2e-4,4e-4 --set lora.r=8,16

  workbench sweep configs/my.yaml --list points.yaml

  workbench sweep show

  workbench sweep continue
"""
_START_EXAMPLES = """
  workbench sweep configs/my.yaml --set lr=1e-4,2e-4,4e-4 --set lora.r=8,16

  workbench sweep configs/my.yaml --list points.yaml --set max_epochs=1
"""
_SHOW_EXAMPLES = """
  workbench sweep show

  workbench sweep show my-sweep/20260101_120000 --json
"""
_CONTINUE_EXAMPLES = """
  workbench sweep continue

  workbench sweep continue my-sweep/20260101_120000 --failed
"""
_STOP_EXAMPLES = """
  workbench sweep stop
"""
_Id = Annotated[str, typer.Argument(metavar="[ID]", help=_("A sweep's id or the beginning of it; else the newest."))]
_AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))]


class _SweepGroup(TyperGroup):
    """``workbench sweep CONFIG`` means ``workbench sweep start CONFIG``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["start", *args]
        return list(super().parse_args(ctx, args))


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(cls=_SweepGroup, no_args_is_help=True, rich_markup_mode=None, epilog=examples(_EXAMPLES))
    for name, function, help_text, shown in (
        (
            "start",
            start,
            _("Train with every combination of some values, or with a list of settings."),
            _START_EXAMPLES,
        ),
        ("show", show, _("Compare the trainings of a sweep."), _SHOW_EXAMPLES),
        (
            "continue",
            go_on,
            _("Start what is missing of a sweep, and go on with what was stopped."),
            _CONTINUE_EXAMPLES,
        ),
        ("stop", stop, _("Stop a sweep: waiting trainings leave the queue, running ones save."), _STOP_EXAMPLES),
    ):
        group.command(name, help=help_text, epilog=examples(shown))(function)
    app.add_typer(group, name="sweep", help=_("Train with several settings, one after another, and compare."))


def start(
    config: Annotated[str, typer.Argument(metavar="CONFIG", help=_("A config file, or a name from list-cfg."))],
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=A,B,…", help=_("A setting and its values; every combination is trained.")),
    ] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help=_("A YAML file with a list of settings."))
    ] = None,
    nproc: Annotated[int | None, typer.Option(min=1, help=_("Processes of each training; as many GPUs."))] = None,
    as_json: _AsJson = False,
) -> None:
    """Look at all points, then put them into the queue."""
    from workbench.actions.sweep import make_sweep
    from workbench.actions.sweep_points import grid_points, listed_settings
    from workbench.configs.find import find_config

    found = find_config(config)
    points = grid_points(assignments or [], listed_settings(listed) if listed else [{}])
    sweep = make_sweep(found.config, found.name, points, project=Path.cwd(), nproc=nproc)
    _put_into_queue(sweep, failed_too=False, as_json=as_json)


def go_on(
    sweep: _Id = "last",
    failed: Annotated[bool, typer.Option("--failed", help=_("Also go on with those that failed."))] = False,
    as_json: _AsJson = False,
) -> None:
    """Put what is missing into the queue."""
    from workbench.jobs.sweeps import find_sweep

    _put_into_queue(find_sweep(Path.cwd(), sweep), failed_too=failed, as_json=as_json)


def _put_into_queue(sweep: SweepFolder, *, failed_too: bool, as_json: bool) -> None:
    from workbench.actions.sweep import points_at_work, start_points
    from workbench.text import printable

    fields, started = sweep.record.fields, []
    for point, job in start_points(sweep, failed_too=failed_too):
        settings = ", ".join(f"{key}={point.settings[key]}" for key in fields if key in point.settings)
        typer.echo(printable(f"  {job.id}  {settings}"), err=as_json)
        started.append(job)
    if as_json:
        made = {"sweep": sweep.id, "path": str(sweep.path), "jobs": [str(job.path) for job in started]}
        typer.echo(json.dumps(made, ensure_ascii=False))
        return
    if started:
        typer.echo(_("Sweep {id}: {count} trainings in the queue.").format(id=sweep.id, count=len(started)))
    else:
        count = len(points_at_work(sweep))
        text = _("Sweep {id}: nothing is to be started. Trainings that wait or are at work: {count}.")
        typer.echo(text.format(id=sweep.id, count=count))
    typer.echo(_("  compare them: workbench sweep show\n  the queue:    workbench queue"))


def show(sweep: _Id = "last", as_json: _AsJson = False) -> None:
    """Print the table."""
    from workbench.actions.sweep_table import sweep_table
    from workbench.actions.sweep_text import table_cells
    from workbench.commands.columns import aligned
    from workbench.jobs.sweeps import find_sweep
    from workbench.text import printable

    table = sweep_table(find_sweep(Path.cwd(), sweep))
    if as_json:
        typer.echo(json.dumps(table.as_json(), ensure_ascii=False, indent=1))
        return
    typer.echo(table.sweep.id)
    for line in aligned(table_cells(table)):
        typer.echo(printable(line))
    if table.best:
        typer.echo(printable(f"★ {table.best.point.name}  {table.reason}"))


def stop(sweep: _Id = "last") -> None:
    """Stop what waits and runs."""
    from workbench.actions.sweep import stop_points
    from workbench.jobs.sweeps import find_sweep

    found = find_sweep(Path.cwd(), sweep)
    for job in stop_points(found):
        typer.echo(_("{job} was asked to end.").format(job=job.id))
    typer.echo(_("  go on with them: workbench sweep continue {id}").format(id=found.id))
