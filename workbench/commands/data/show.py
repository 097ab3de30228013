"""``workbench data show``: rows as they will be trained."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.text import json_text

if TYPE_CHECKING:
    from workbench.data.show import RowRenderer, ShowRequest

EXAMPLES = """
  workbench data show identity.json -n 3

  workbench data show identity.json -n 3 --config workbench_sample_qlora_identity_e2 --what tokens

  workbench data show identity.json -n all --tokenizer sample:model --prompt-template internlm2_chat --json
"""


class What(StrEnum):
    """What to show of a row."""

    text = "text"
    masked_text = "masked_text"
    conversation = "conversation"
    tokens = "tokens"
    input_ids = "input_ids"
    labels = "labels"
    all = "all"


def show(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help=_("Data files, folders, patterns, or datasets' names on a hub.")),
    ],
    row: Annotated[
        str,
        typer.Option(
            "-n",
            "--row",
            help=_(
                "Which row, or all: of one file the number that 'data check' prints (its line in JSONL, CSV and text); "
                "of several files counted from 1 through all."
            ),
        ),
    ] = "1",
    what: Annotated[What | None, typer.Option(help=_("What to show of it; else all."))] = None,
    config: Annotated[
        str | None, typer.Option(help=_("Show rows as this config trains them: its format, template and length."))
    ] = None,
    format_name: Annotated[
        str | None,
        typer.Option("--format", help=_("The format, or one for each PATH with commas; auto looks at the first rows.")),
    ] = None,
    tokenizer: Annotated[str | None, typer.Option(help=_("A model folder whose tokenizer to use."))] = None,
    prompt_template: Annotated[str | None, typer.Option(help=_("The dialogue format; else the model's own."))] = None,
    max_length: Annotated[int | None, typer.Option(help=_("Cut rows longer than this, in tokens."), min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON object a row."))] = False,
) -> None:
    """Print rows with the trained parts marked."""
    from rich.console import Console

    from workbench.data.show import ShowRequest, shown_rows
    from workbench.data.show.printed import printed

    if as_json and what is not None:
        raise WorkbenchError(
            _("JSON always has everything there is."), where="--what", fix=_("Leave out --what, or --json.")
        )
    view = (what or What.all).value
    request = ShowRequest(tuple(paths), row, view, format_name or "auto", tokenizer, prompt_template, max_length)
    if config:
        request = _as_trained(request, config, (format_name, tokenizer, prompt_template))
    console = Console(highlight=False)
    has_colour = console.is_terminal and not console.no_color and console.color_system is not None
    renderer = request.renderer()
    typer.echo(_said_of_template(renderer), err=True)
    for shown in shown_rows(request, renderer):
        if as_json:
            typer.echo(json_text(shown.as_json()))
        elif has_colour:
            console.print(printed(shown, view, has_colour=True), soft_wrap=True)
        else:
            typer.echo(printed(shown, view, has_colour=False).plain)


def _as_trained(request: ShowRequest, name: str, given: tuple[str | None, str | None, str | None]) -> ShowRequest:
    """The request with what a config says of everything that the command line leaves open."""
    from dataclasses import replace

    from workbench.configs.find import find_config
    from workbench.data.show.request import choice_in, model_here

    config = find_config(name).config
    format_name, tokenizer, prompt_template = given
    model = tokenizer or model_here(config)
    return replace(
        request,
        choices={} if format_name else {path: choice_in(config, path) for path in request.paths},
        tokenizer=model,
        prompt_template=prompt_template or config.prompt_template,
        max_length=request.max_length or (config.max_length if model else None),
    )


def _said_of_template(renderer: RowRenderer) -> str:
    name = renderer.template.reference
    if renderer.template_reason:
        return _("prompt template: {name} ({reason})").format(name=name, reason=renderer.template_reason)
    return _("prompt template: {name}").format(name=name)
