"""Options that several commands of the group have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from workbench.i18n import _


class Lang(StrEnum):
    """The language that a prompt is written in."""

    zh = "zh"
    en = "en"


Out = Annotated[Path, typer.Option(help=_("The file to add the rows to: .json or .jsonl."))]
Model = Annotated[str | None, typer.Option(help=_("The model, as the service calls it."))]
Url = Annotated[
    str | None,
    typer.Option(
        help=_("The address of the service; else {names} or the settings.").format(
            names="WORKBENCH_API_URL, OPENAI_BASE_URL"
        )
    ),
]
KeyEnv = Annotated[
    str | None,
    typer.Option(
        help=_("The environment variable that holds the key; else {names}.").format(
            names="WORKBENCH_API_KEY, OPENAI_API_KEY"
        )
    ),
]
MaxRows = Annotated[
    int | None,
    typer.Option(
        help=_(
            "Pictures or rows to ask about at most, useless answers and earlier starts included; each up to 3 times."
        ),
        min=1,
    ),
]
MaxCost = Annotated[float | None, typer.Option(help=_("USD at most, earlier starts included."), min=0)]
PriceIn = Annotated[float | None, typer.Option(help=_("USD for a million tokens sent."), min=0)]
PriceOut = Annotated[float | None, typer.Option(help=_("USD for a million tokens that come back."), min=0)]
MaxTokens = Annotated[int | None, typer.Option(help=_("Tokens of one answer at most."), min=1)]
Parallel = Annotated[int, typer.Option(help=_("Requests at a time."), min=1, max=64)]
AsJson = Annotated[bool, typer.Option("--json", help=_("Print one JSON object; progress goes to stderr."))]
