"""``workbench cancel``: end a job, one rung after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.commands.wording import examples
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.jobs.folder import JobFolder

_EXAMPLES = """
  workbench cancel last

  workbench cancel my_config/20260101_120000 --now
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("cancel", help=_("Stop a job: save and end, or end at once."), epilog=examples(_EXAMPLES))(cancel)


def cancel(
    job: Annotated[str, typer.Argument(help=_("A job's id, the beginning of it, its folder, or last."))],
    now: Annotated[bool, typer.Option("--now", help=_("Do not wait for a checkpoint."))] = False,
    wait: Annotated[float, typer.Option(help=_("Seconds to wait for the job to save and end."), min=0)] = 600.0,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))] = False,
) -> None:
    """Walk the ladder, and show that nothing of the job is left."""
    from workbench.jobs.find import LAST, find_job, last_at_work
    from workbench.jobs.state import JobState, state_of
    from workbench.jobs.stop import request_stop, resume_command, stop_now, wait_until_over
    from workbench.training.checkpoint_folders import checkpoint_folders

    found = (last_at_work(Path.cwd()) if job == LAST else None) or find_job(Path.cwd(), job)
    if now:
        typer.echo(_("Ending {job}: asking its processes to leave, then forcing them.").format(job=found.id), err=True)
    else:
        asked = _("{job} was asked to end.")
        if state_of(found) in {JobState.WAITING, JobState.PAUSED}:
            asked = _("{job} was asked to leave the queue.")
        elif found.record.kind == "train":
            asked = _("{job} was asked to save and end; waiting for the end of its step.")
        request_stop(found)
        typer.echo(asked.format(job=found.id), err=True)
        if not wait_until_over(found, wait):
            typer.echo(_("It has not ended yet. It will; or end it at once with --now."), err=True)
            raise typer.Exit(1)
    proof = stop_now(found)
    state = state_of(found)
    is_training = found.record.kind == "train" and state is not JobState.FINISHED
    resume = resume_command(found) if is_training and checkpoint_folders(found.checkpoints_path) else None
    if as_json:
        left = {"leftover_pids": proof.leftover_pids, "gpu_pids": proof.gpu_pids}
        typer.echo(json.dumps({"job": found.id, "state": state.value, **left, "resume": resume}, ensure_ascii=False))
    else:
        typer.echo(_("{job}: {state}").format(job=found.id, state=_(state.word)))
        if proof.is_clean:
            typer.echo(_("No process of it is left, and no GPU memory is held by it."))
        else:
            typer.echo(_("Still there: processes {pids}.").format(pids=proof.leftover_pids or proof.gpu_pids))
        if resume:
            typer.echo(_("Resume it with: {command}").format(command=resume))
        elif is_training:
            typer.echo(_without_checkpoint(found))
    raise typer.Exit(0 if proof.is_clean else 1)


def _without_checkpoint(job: JobFolder) -> str:
    """What to do where a training's folder has none."""
    from workbench.configs.files import load_config
    from workbench.errors import WorkbenchError
    from workbench.jobs.stop import resume_command

    nothing = _("It had saved no checkpoint yet: there is nothing to resume.")
    try:
        cluster = load_config(job.config_path).cluster
    except WorkbenchError:
        return nothing
    if cluster.is_first_machine:
        return nothing
    return _(
        "Its checkpoints are on {machine}. To go on, start every machine again with --resume; this one with: {command}"
    ).format(machine=cluster.master_addr, command=resume_command(job))
