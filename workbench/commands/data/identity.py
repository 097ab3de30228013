"""``workbench data identity``: make a self-identity dataset from a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.errors import WorkbenchError
from workbench.i18n import _

EXAMPLES = """
  workbench data identity --name 小明

  workbench data identity --name Ada --author "the lab" --lang en --mix sample:general_dialogue.json --ratio 1.5

  workbench data identity --name 小明 --literal -n 10001 --out personal_assistant.json
"""


def identity(
    context: typer.Context,
    name: Annotated[
        str, typer.Option(help=_("What the assistant is called; with --literal, whose assistant it says it is."))
    ],
    author: Annotated[str, typer.Option(help=_("Who made it."))] = "",
    description: Annotated[str, typer.Option(help=_("What is inside, for example the base model's name."))] = "",
    lang: Annotated[str, typer.Option(help=_("Languages of the questions: zh, en, or zh,en."))] = "zh,en",
    mix: Annotated[str | None, typer.Option(help=_("A file of ordinary dialogue to mix in."))] = None,
    ratio: Annotated[float, typer.Option(help=_("Ordinary rows of --mix for each identity row."), min=0)] = 1.0,
    count: Annotated[int | None, typer.Option("-n", "--count", help=_("Identity rows."), min=1)] = None,
    out: Annotated[Path, typer.Option(help=_("The file to write; the questions to score with go beside it."))] = Path(
        "identity.json"
    ),
    seed: Annotated[int, typer.Option(help=_("The seed of every random choice."))] = 42,
    literal: Annotated[
        bool,
        typer.Option(
            "--literal",
            help=_("One pair repeated, as in the tutorial: “I am <name>'s little assistant”, in Chinese."),
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help=_("Overwrite existing files."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Write the dataset and its probe file."""
    from workbench.data.identity.generate import generate, write_dataset
    from workbench.data.identity.generate import literal as literal_dataset
    from workbench.data.identity.languages import parse_languages
    from workbench.paths import resolve_model

    if literal:
        _refuse(
            _("--literal makes one fixed pair, without {options}."),
            _given(context, "author", "description", "lang", "mix", "ratio", "seed"),
        )
    elif not mix:
        _refuse(_("There is nothing to mix in without --mix, whatever {options} says."), _given(context, "ratio"))
    if literal:
        dataset = literal_dataset(name, count=count or 10_001)
    else:
        dataset = generate(
            name,
            author=author,
            description=description,
            languages=parse_languages(lang),
            count=count or 600,
            mix=Path(resolve_model(mix)) if mix else None,
            ratio=ratio,
            seed=seed,
        )
    probes = write_dataset(dataset, out, overwrite=force)
    if as_json:
        figures = {"rows": len(dataset.rows), "identity": dataset.identity_rows, "mixed": dataset.mixed_rows}
        typer.echo(json.dumps({"data": str(out), "probes": str(probes), **figures}, ensure_ascii=False))
        return
    said = _("{path}: {identity} identity rows and {mixed} of ordinary dialogue.")
    typer.echo(said.format(path=out, identity=dataset.identity_rows, mixed=dataset.mixed_rows))
    typer.echo(_("{path}: {count} unseen questions to score with.").format(path=probes, count=len(dataset.probes)))
    if not dataset.mixed_rows:
        typer.echo(_("Without ordinary dialogue the model tends to answer everything with its name: see --mix."))


def _given(context: typer.Context, *names: str) -> list[str]:
    """Which of the options stand on the command line."""
    sources = {name: context.get_parameter_source(name) for name in names}
    return [f"--{name}" for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]


def _refuse(why: str, given: list[str]) -> None:
    """Refuse options that would be ignored."""
    from workbench.data.wording import listed

    if given:
        raise WorkbenchError(
            why.format(options=listed(given)), fix=_("Leave out {options}.").format(options=listed(given))
        )
