"""``workbench compare``: what several models answer to a question file, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.commands import asked_model
from workbench.commands.wording import examples
from workbench.configs.evaluation_rules import PROBE_MAX_NEW_TOKENS
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.evaluation.side_by_side import Cell
    from workbench.jobs.folder import JobFolder

_EXAMPLES = """
  workbench compare questions.json sample:model sample:model+./adapter

  workbench compare questions.jsonl ./merged last endpoint:my_server --json

  workbench compare questions.txt ./merged ./merged2 --max-new-tokens 256
"""
_LONGEST_CELL = 40


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "compare",
        help=_("Ask several models what a question file holds; the same command goes on with one that was stopped."),
        epilog=examples(_EXAMPLES),
    )(compare)


def compare(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help=_("Questions, with or without expected answers: JSON, JSON lines, CSV, or a line each."),
        ),
    ],
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL[+ADAPTER]…", help=_("Model folders, training jobs, Hugging Face names, or endpoint:NAME.")
        ),
    ],
    image_folder: asked_model.ImageFolder = None,
    prompt_template: asked_model.PromptTemplate = None,
    system: asked_model.System = "",
    bits: asked_model.Bits = None,
    torch_dtype: asked_model.TorchDtype = asked_model.Precision.auto,
    stop_words: asked_model.StopWords = None,
    max_new_tokens: asked_model.MaxNewTokens = PROBE_MAX_NEW_TOKENS,
    as_json: asked_model.AsJson = False,
) -> None:
    """Start the job and follow it."""
    from workbench.actions.compare import HowAsked, start_compare
    from workbench.commands.outcome import follow_to_result

    how = HowAsked(
        prompt_template=prompt_template,
        system=system,
        bits=asked_model.bits_of(bits),
        precision=torch_dtype.value,
        max_new_tokens=max_new_tokens,
        stop_words=tuple(stop_words or ()),
        image_folder=image_folder,
    )
    job = start_compare(file, models, how, project=Path.cwd())
    follow_to_result(
        job, "answers", as_json=as_json, more=_rows, tell=lambda _made: _table(job), goes_on=True, tells_always=True
    )


def _rows(job: JobFolder) -> Mapping[str, Any]:
    from workbench.evaluation.side_by_side import side_by_side

    return side_by_side(job).as_json()


def _table(job: JobFolder) -> Iterator[str]:
    """The answers, a question a line, and the scores below; nothing if there are none."""
    from workbench.commands.columns import aligned, terminal_width
    from workbench.evaluation.side_by_side import side_by_side
    from workbench.told_apart import told_apart

    found = side_by_side(job)
    if not any(row.answers for row in found.rows):
        return
    rows: list[tuple[str, ...]] = [(_("question"), *map(_short, told_apart(found.models)))]
    for row in found.rows:
        rows.append((_short(row.probe.question), *(_cell(row.answers.get(model)) for model in found.models)))
    shares = [found.share(model) for model in found.models]
    if any(shares):
        rows.append((_("right"), *(f"{share.right}/{share.total}" if share else "" for share in shares)))
    yield ""
    yield from aligned(rows, width=terminal_width())
    yield ""


def _cell(cell: Cell | None) -> str:
    from workbench.chat.thinking import without_thoughts

    mark = {True: "✓ ", False: "✗ ", None: ""}[cell.right] if cell else ""
    return mark + _short(without_thoughts(cell.text)) if cell else ""


def _short(text: str) -> str:
    from workbench.text import printable

    line = " ".join(printable(text).split())
    return line if len(line) <= _LONGEST_CELL else line[: _LONGEST_CELL - 1] + "…"
