"""``workbench data``: make a dataset, look at one, check one."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.errors import WorkbenchError
from workbench.i18n import _

_IDENTITY_EXAMPLES = """
  workbench data identity --name 小明

  workbench data identity --name Ada --author "the lab" --lang en --mix sample:general_dialogue.json --ratio 1.5

  workbench data identity --name 小明 --literal -n 10001 --out personal_assistant.json
"""
_SHOW_EXAMPLES = """
  workbench data show identity.json -n 3

  workbench data show identity.json -n all --tokenizer sample:model --prompt-template internlm2_chat --json
"""
_CHECK_EXAMPLES = """
  workbench data check identity.json

  workbench data check identity.json --config workbench_sample_qlora_identity_e2 --json
"""
_FORMATS_EXAMPLES = """
  workbench data list-formats

  workbench data list-formats --json
"""
_EXAMPLES = """
  workbench data identity --name 小明 --mix sample:general_dialogue.json

  workbench data check identity.json
"""


class What(StrEnum):
    """What to show of a row."""

    text = "text"
    masked_text = "masked_text"
    input_ids = "input_ids"
    labels = "labels"
    all = "all"


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None, epilog=examples(_EXAMPLES))
    group.command("identity", help=_("Make a self-identity dataset from a name."), epilog=examples(_IDENTITY_EXAMPLES))(
        identity
    )
    group.command("show", help=_("Show rows as they will be trained."), epilog=examples(_SHOW_EXAMPLES))(show)
    group.command(
        "check", help=_("Find what is wrong with a data file before training."), epilog=examples(_CHECK_EXAMPLES)
    )(check)
    group.command(
        "list-formats",
        help=_("The dataset formats that are read, with an example of each."),
        epilog=examples(_FORMATS_EXAMPLES),
    )(list_formats)
    app.add_typer(group, name="data", help=_("Make a dataset, look at one, check one."))


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


def show(
    path: Annotated[str, typer.Argument(help=_("A data file."))],
    row: Annotated[str, typer.Option("-n", "--row", help=_("Which row, counted from 1, or all."))] = "1",
    what: Annotated[What, typer.Option(help=_("What to show of it."))] = What.all,
    format_name: Annotated[str, typer.Option("--format", help=_("The format; auto looks at the first row."))] = "auto",
    tokenizer: Annotated[str | None, typer.Option(help=_("A model folder whose tokenizer to use."))] = None,
    prompt_template: Annotated[str, typer.Option(help=_("The dialogue format."))] = "internlm2_chat",
    max_length: Annotated[int | None, typer.Option(help=_("Cut rows longer than this, in tokens."), min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON object a row."))] = False,
) -> None:
    """Print rows with the trained parts marked."""
    from workbench.data.show import ShowRequest, shown_rows

    request = ShowRequest(path, row, what.value, format_name, tokenizer, prompt_template, max_length)
    for shown in shown_rows(request):
        typer.echo(json.dumps(shown.as_json(), ensure_ascii=False) if as_json else shown.as_text())


def check(
    path: Annotated[str, typer.Argument(help=_("A data file or folder."))],
    config: Annotated[str | None, typer.Option(help=_("Check against this config's template and length."))] = None,
    format_name: Annotated[str, typer.Option("--format", help=_("The format; auto looks at the first row."))] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Print the findings; exit 1 if one of them would spoil the training."""
    from workbench.configs.find import find_config
    from workbench.data.checks import check_data

    report = check_data(path, find_config(config).config if config else None, format_name)
    typer.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else report.as_text())
    raise typer.Exit(1 if report.has_errors else 0)


def list_formats(
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON list."))] = False,
) -> None:
    """Print every format with its columns and an example row."""
    from workbench.data.formats import FORMATS

    if as_json:
        known_formats = [
            {"name": known.name, "columns": sorted(known.columns), "about": _(known.about), "example": known.example}
            for known in FORMATS
        ]
        typer.echo(json.dumps(known_formats, ensure_ascii=False, indent=1))
        return
    for known in FORMATS:
        typer.echo(f"{known.name}: {_(known.about)}\n    {json.dumps(known.example, ensure_ascii=False)}")
