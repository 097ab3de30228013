"""``workbench score``: a reward model gives scores to answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands import asked_model
from workbench.commands.wording import examples
from workbench.i18n import _

_EXAMPLES = """
  workbench score last pairs.jsonl

  workbench score work_dirs/my_reward/20260101_120000/checkpoints/checkpoint-80 answers.json --output scores.jsonl

  workbench score internlm/internlm2-1_8b-reward pairs.jsonl --prompt-template auto --json
"""
_ROWS_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "score",
        help=_("Let a reward model score answers; of pairs, it tells how often the chosen one has more."),
        epilog=examples(_EXAMPLES),
    )(score)


def score(
    model: Annotated[
        str,
        typer.Argument(help=_("A reward model: its folder, checkpoint or adapter, its training job, or a hub's name.")),
    ],
    data: Annotated[
        str, typer.Argument(metavar="FILE", help=_("Pairs (prompt, chosen, rejected), or dialogues with an answer."))
    ],
    base: Annotated[
        str | None, typer.Option(metavar="MODEL", help=_("The base of an adapter; else the noted one."))
    ] = None,
    prompt_template: asked_model.PromptTemplate = None,
    dataset_format: Annotated[
        str, typer.Option("--format", help=_("The format of the file; auto looks at the first rows."))
    ] = "auto",
    max_length: Annotated[int, typer.Option(help=_("The most tokens of one row."), min=1)] = 2048,
    batch_size: Annotated[int, typer.Option(help=_("Answers read at a time."), min=1)] = 8,
    torch_dtype: asked_model.TorchDtype = asked_model.Precision.auto,
    reward_token_id: Annotated[
        int | None, typer.Option(help=_("The token behind an answer to read its score at; else what the model says."))
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="JSONL", help=_("The file to write; else in the job's results."))
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("Overwrite the file to write."))] = False,
    as_json: asked_model.AsJson = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.score import start_score
    from workbench.commands.outcome import follow_to_result

    job = start_score(
        model,
        data,
        project=Path.cwd(),
        base=base,
        prompt_template=prompt_template,
        dataset_format=dataset_format,
        max_length=max_length,
        batch_size=batch_size,
        precision=torch_dtype.value,
        reward_token_id=reward_token_id,
        output=output,
        overwrite=force,
    )
    follow_to_result(job, "scores", as_json=as_json, tell=_table, goes_on=True)


def _table(made: Mapping[str, object]) -> Iterator[str]:
    """The first scores as they are in the file, and the share of pairs that are told right."""
    from workbench.commands.columns import aligned
    from workbench.evaluation.score_request import ScoredRow

    if "scores" not in made:
        return
    with Path(str(made["scores"])).open(encoding="utf-8") as file:
        rows = [ScoredRow.model_validate_json(line) for line, _number in zip(file, range(_ROWS_SHOWN), strict=False)]
    figures = [name for name in ("score", "chosen", "rejected") if any(getattr(row, name) is not None for row in rows)]
    titles = {"score": _("score"), "chosen": _("chosen"), "rejected": _("rejected")}
    cells = [(str(row.row), *(_figure(getattr(row, name)) for name in figures)) for row in rows]
    yield ""
    yield from aligned([(_("row"), *(titles[name] for name in figures)), *cells])
    if (more := int(str(made["rows"])) - len(rows)) > 0:
        yield _("… and {count} more").format(count=more)
    if "accuracy" in made:
        yield _("The chosen answer has the higher score in {right} of {total} pairs.").format(
            right=made["right"], total=made["pairs"]
        )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:+.4f}"
