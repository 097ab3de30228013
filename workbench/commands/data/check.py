"""``workbench data check``: what is wrong with data before it is trained on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import WorkbenchError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.configs.schema import TrainConfig
    from workbench.data.checks import Measure

EXAMPLES = """
  workbench data check identity.json

  workbench data check identity.json --config workbench_sample_qlora_identity_e2 --json

  workbench data check --config my_config.yaml

  workbench data check 'data/*.jsonl' more.csv --tokenizer sample:model --prompt-template internlm2_chat --strict
"""


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help=_("Data files, folders, patterns, or datasets' names on a hub; without any, the config's own data."),
        ),
    ] = None,
    config: Annotated[
        str | None, typer.Option(help=_("Check against this config's template, length and evaluation."))
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option("--format", help=_("The format, or one for each PATH with commas; auto looks at the first rows.")),
    ] = None,
    tokenizer: Annotated[str | None, typer.Option(help=_("A model folder whose tokenizer counts the tokens."))] = None,
    prompt_template: Annotated[
        str | None, typer.Option(help=_("The dialogue format to count with; else the model's own."))
    ] = None,
    max_length: Annotated[int | None, typer.Option(help=_("The most tokens of one row."), min=1)] = None,
    image_folder: Annotated[
        Path | None, typer.Option(help=_("What the paths of pictures count from; else the data file's folder."))
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help=_("Exit 1 at warnings too."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Print totals, figures and findings; exit 1 at errors, with --strict at warnings too."""
    from workbench.actions.launch_training import planned_process_count
    from workbench.configs.find import find_config
    from workbench.data.checks import check_data
    from workbench.data.formats import FormatChoice

    found = find_config(config).config if config else None
    if found:
        found, measure = _changed(found, tokenizer, prompt_template, max_length), None
    else:
        measure = _measure(tokenizer, prompt_template, max_length)
    choice = FormatChoice(format_name) if format_name else None
    report = check_data(
        paths or (),
        found,
        choice,
        measure=measure,
        image_folder=image_folder,
        processes=planned_process_count(found) if found else 1,
    )
    typer.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else report.as_text())
    raise typer.Exit(1 if report.has_errors or (strict and report.has_warnings) else 0)


def _changed(
    config: TrainConfig, tokenizer: str | None, prompt_template: str | None, max_length: int | None
) -> TrainConfig:
    """The config with what the command line says otherwise."""
    given = {
        "pretrained_model_name_or_path": tokenizer,
        "prompt_template": prompt_template,
        "max_length": max_length,
    }
    return config.model_copy(update={name: value for name, value in given.items() if value is not None})


def _measure(tokenizer: str | None, prompt_template: str | None, max_length: int | None) -> Measure | None:
    """With what to count tokens, without a config."""
    from workbench.data.checks import Measure

    if tokenizer:
        return Measure.of_folder(tokenizer, prompt_template, max_length)
    if prompt_template or max_length:
        raise WorkbenchError(
            _("Without a tokenizer no tokens are counted."),
            where="--prompt-template" if prompt_template else "--max-length",
            fix=_("Add --tokenizer with a model folder, or --config."),
        )
    return None
