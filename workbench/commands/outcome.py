"""How a command ends that started a job: follow it, then say what it made."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping

import typer

from workbench.commands.follow import follow
from workbench.i18n import _
from workbench.jobs.folder import JobFolder
from workbench.jobs.refusal import discard, was_refused
from workbench.jobs.results import results_of
from workbench.jobs.state import JobState, outcome_of, state_of
from workbench.text import json_text

_INTERRUPTED = 130
"""What a shell has for ctrl+c."""
OF_SCORER = {"scorer": "workbench score {path} FILE"}
"""What a job calls a reward model that it made → what to do with it."""


def follow_to_result(
    job: JobFolder,
    key: str | Mapping[str, str | None],
    next_command: str | None = None,
    *,
    as_json: bool,
    more: Callable[[JobFolder], Mapping[str, object]] = lambda _job: {},
    tell: Callable[[Mapping[str, object]], Iterable[str]] = lambda _made: (),
    goes_on: bool = False,
    tells_always: bool = False,
) -> None:
    """Follow a job, print the result it made under ``key`` and the sensible next command, and exit with its code.

    Args:
        key: or several, one of which the job reports, each with its next command.
        next_command: a command line with ``{path}`` for the result, if there is a sensible one.
        more: what the JSON says beside the results.
        tell: lines for a person, made of the results.
        goes_on: the same command goes on with what a killed or stopped one has written; a stopped one is not done, so
            it leaves with 1, and a refused one leaves no job behind.
        tells_always: there is something to tell of a job that failed, too.
    """
    code = follow(job, since=job.record.started, to_stderr=as_json)  # what one that goes on told before is left out
    if not state_of(job).is_over:  # the user has seen enough: there is no result yet
        raise typer.Exit(_INTERRUPTED)
    made = results_of(job)
    is_stopped = goes_on and state_of(job) is JobState.STOPPED
    if is_stopped or (goes_on and code != 0 and outcome_of(job) is None):
        typer.echo(_("  → The same command goes on where it was; the sources are unchanged."), err=as_json)
    if is_stopped:
        code = 1
    if as_json:
        typer.echo(json_text({"job": job.id, "exit_code": code, **made, **more(job)}))
    elif code == 0 or is_stopped or tells_always:
        for line in tell(made):
            typer.echo(line)
        _say(made, {key: next_command} if isinstance(key, str) else key)
    if goes_on and was_refused(job):
        discard(job)
    raise typer.Exit(code)


def _say(made: Mapping[str, object], commands: Mapping[str, str | None]) -> None:
    key = next((key for key in commands if key in made), None)
    if key is None:
        return
    typer.echo(_("Result: {path}").format(path=made[key]))
    if command := commands[key]:
        typer.echo(_("Next:   {command}").format(command=command.format(path=shlex.quote(str(made[key])))))
