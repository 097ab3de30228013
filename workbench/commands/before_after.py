"""What a quickstart changed: scores and answers, before and after."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import typer

from workbench.actions.quickstart import CHAT_OPTIONS, SCORE_TITLES, VALID_CALLS
from workbench.commands.columns import aligned
from workbench.i18n import _
from workbench.jobs.checkpoints import list_checkpoints
from workbench.jobs.folder import JobFolder
from workbench.text import printable

_LONGEST_CELL = 40
_CALLS_SHOWN = 8


def show_before_after(made: dict[str, Any], *, to_stderr: bool = False) -> None:
    """Print the table, and how to talk to the result.

    Args:
        made: the results of a finished quickstart.
    """
    head = ("", _("before"), _("after"))
    scores = [
        (_(text), *(f"{made[f'{name}_{when}']:.1%}" for when in ("before", "after")))
        for name, text in SCORE_TITLES.items()
        if f"{name}_after" in made
    ]
    uses_tools = f"{VALID_CALLS}_after" in made
    if uses_tools:
        answers = _calls(Path(made["answers"]))
    else:
        answers = _answers(JobFolder(Path(made["job"])), Path(made["checkpoint"]).name)
    for line in ["", *aligned([head, *scores]), "", *aligned([(_("question"), *head[1:]), *answers]), ""]:
        typer.echo(line, err=to_stderr)
    typer.echo(_("It took {seconds:.0f} seconds.").format(seconds=made["seconds"]), err=to_stderr)
    command = shlex.join(["workbench", "chat", str(made["merged"])]) + (f" {CHAT_OPTIONS}" if uses_tools else "")
    typer.echo(_("Talk to it: {command}").format(command=command), err=to_stderr)
    if uses_tools:
        small = _(
            "So small a model can do sums of one digit, and often gets topics and titles wrong: look at every step."
        )
        typer.echo(small, err=to_stderr)


def _answers(training: JobFolder, checkpoint: str) -> list[tuple[str, ...]]:
    """The sample questions with the answers of the untrained model and of the chosen checkpoint."""
    infos = list_checkpoints(training)
    after = next((info for info in infos if info.name == checkpoint), infos[-1])
    said = {sample.asked: sample.output for sample in after.samples}
    return [
        tuple(map(_cell, (sample.asked, sample.output, said[sample.asked])))
        for sample in infos[0].samples
        if sample.asked in said
    ]


def _calls(answers: Path) -> list[tuple[str, ...]]:
    """Some of the unseen questions with what both models made of them."""
    from workbench.evaluation.answer_log import AnswerLog

    asked = list(AnswerLog(answers).of_set(VALID_CALLS).items())
    return [
        tuple(map(_cell, (question, *(_called(said[when]) for when in ("before", "after")))))
        for question, said in asked[:: max(len(asked) // _CALLS_SHOWN, 1)]
    ]


def _called(answer: str) -> str:
    """The call in an answer, without the words around it; the answer if there is none."""
    from workbench.agent.protocols import React

    calls = React().read(answer).calls
    return " ".join(f"{call.name} {call.arguments}" for call in calls) or answer


def _cell(text: str) -> str:
    line = " ".join(printable(text).split())
    return line if len(line) <= _LONGEST_CELL else line[: _LONGEST_CELL - 1] + "…"
