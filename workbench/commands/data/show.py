"""``workbench data show``: rows as they will be trained."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from workbench.i18n import _

EXAMPLES = """
  workbench data show identity.json -n 3

  workbench data show identity.json -n all --tokenizer sample:model --prompt-template internlm2_chat --json
"""


class What(StrEnum):
    """What to show of a row."""

    text = "text"
    masked_text = "masked_text"
    input_ids = "input_ids"
    labels = "labels"
    all = "all"


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
