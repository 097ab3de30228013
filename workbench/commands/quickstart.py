"""``workbench quickstart``: the whole journey on the embedded sample project."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from workbench.commands.wording import examples
from workbench.errors import WorkbenchError
from workbench.i18n import _

_EXAMPLES = """
  workbench quickstart

  workbench quickstart my_first --name Ada

  workbench quickstart --llava

  workbench quickstart --agent

  workbench quickstart --json 2>progress.txt
"""


_KEYS = {"seeing": "accuracy"}
"""What a score is called in the JSON object, if not by its own name."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "quickstart",
        help=_(
            "Teach the embedded sample model a name, to see, or to use tools: training, merge, scores, and what changed."
        ),
        epilog=examples(_EXAMPLES),
    )(quickstart)


def quickstart(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help=_("The project folder; else ./workbench_quickstart."))
    ] = None,
    name: Annotated[str, typer.Option(help=_("The name to teach."))] = "小明",
    llava: Annotated[
        bool, typer.Option("--llava", help=_("Teach the sample model to see instead: both stages of LLaVA."))
    ] = False,
    agent: Annotated[
        bool, typer.Option("--agent", help=_("Teach the sample model to use tools instead: calculator, clock, arXiv."))
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help=_("Line by line, without the full-screen app."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Start the job; on a terminal open the app on it, otherwise follow it."""
    from workbench.actions.quickstart import (
        AGENT_JOURNEY,
        DEFAULT_FOLDER,
        SEEING_JOURNEY,
        start_quickstart,
        training_of,
    )
    from workbench.commands.before_after import show_before_after
    from workbench.jobs.results import results_of
    from workbench.ui.terminal import has_full_screen

    project = folder or DEFAULT_FOLDER
    if llava and agent:
        raise WorkbenchError(
            _("There is one journey at a time."), where="--llava --agent", fix=_("Leave one of them out.")
        )
    journey = SEEING_JOURNEY if llava else AGENT_JOURNEY if agent else None
    job = start_quickstart(project, name, journey=journey)
    typer.echo(_("Project: {path}").format(path=project), err=as_json)
    if not (plain or as_json) and has_full_screen(os.environ):
        from workbench.ui.launch import main as open_app

        code = open_app(project, area="train", job=training_of(job))
    else:
        from workbench.commands.follow import follow

        code = follow(job, to_stderr=as_json)
    made = results_of(job)
    if "merged" in made:
        show_before_after(made, to_stderr=as_json)
    if as_json:
        typer.echo(json.dumps(_summary(made, journey), ensure_ascii=False))
    raise typer.Exit(code)


def _summary(made: dict[str, Any], journey: str | None) -> dict[str, Any]:
    """The object that scripts read; shares are 0–1, what was not reached is null."""
    from workbench.actions.quickstart import SEEING_JOURNEY, scores_of_journey

    shares = {
        _KEYS.get(score, score): {when: made.get(f"{score}_{when}") for when in ("before", "after")}
        for score in scores_of_journey(journey)
    }
    places = {
        key: made.get(key)
        for key in ("job", "checkpoint", "llava" if journey == SEEING_JOURNEY else "adapter", "merged")
    }
    return {"seconds": made.get("seconds"), **shares, **places}
