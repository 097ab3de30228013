"""``workbench data show``: rows as they will be trained."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.data.show import ShowRequest

EXAMPLES = """
  workbench data show identity.json -n 3

  workbench data show identity.json -n 3 --config workbench_sample_qlora_identity_e2 --what tokens

  workbench data show identity.json -n all --tokenizer sample:model --prompt-template internlm2_chat --json
"""
_DEFAULT_TEMPLATE = "internlm2_chat"


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
    path: Annotated[str, typer.Argument(help=_("A data file, a folder, a pattern, or a dataset's name on a hub."))],
    row: Annotated[str, typer.Option("-n", "--row", help=_("Which row, counted from 1, or all."))] = "1",
    what: Annotated[What, typer.Option(help=_("What to show of it."))] = What.all,
    config: Annotated[
        str | None, typer.Option(help=_("Show rows as this config trains them: its format, template and length."))
    ] = None,
    format_name: Annotated[
        str | None, typer.Option("--format", help=_("The format; auto looks at the first rows."))
    ] = None,
    tokenizer: Annotated[str | None, typer.Option(help=_("A model folder whose tokenizer to use."))] = None,
    prompt_template: Annotated[str | None, typer.Option(help=_("The dialogue format."))] = None,
    max_length: Annotated[int | None, typer.Option(help=_("Cut rows longer than this, in tokens."), min=1)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("One JSON object a row."))] = False,
) -> None:
    """Print rows with the trained parts marked."""
    from rich.console import Console

    from workbench.data.show import ShowRequest, shown_rows
    from workbench.data.show.printed import printed

    request = ShowRequest(
        path, row, what.value, format_name or "auto", tokenizer, prompt_template or _DEFAULT_TEMPLATE, max_length
    )
    if config:
        request = _as_trained(request, config, (format_name, tokenizer, prompt_template))
    console = Console(highlight=False)
    has_colour = console.is_terminal and not console.no_color and console.color_system is not None
    for shown in shown_rows(request):
        if as_json:
            typer.echo(json.dumps(shown.as_json(), ensure_ascii=False))
        elif has_colour:
            console.print(printed(shown, what.value, has_colour=True), soft_wrap=True)
        else:
            typer.echo(printed(shown, what.value, has_colour=False).plain)


def _as_trained(request: ShowRequest, name: str, given: tuple[str | None, str | None, str | None]) -> ShowRequest:
    """The request with what a config says of everything that the command line leaves open."""
    from dataclasses import replace

    from workbench.configs.find import find_config
    from workbench.data.show.request import choice_in, model_here

    config = find_config(name).config
    format_name, tokenizer, prompt_template = given
    choice = choice_in(config, request.path)
    return replace(
        request,
        format_name=format_name or choice.name,
        columns={} if format_name else choice.columns,
        tokenizer=tokenizer or model_here(config),
        prompt_template=prompt_template or config.prompt_template,
        max_length=request.max_length or config.max_length,
    )
