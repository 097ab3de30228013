"""``workbench data mix``: several sources in one file."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.commands.data.transform_options import (
    AsJson,
    Force,
    Format,
    ImageFolder,
    Lossy,
    Out,
    Seed,
    SkipBad,
    tell,
)
from workbench.errors import WorkbenchError
from workbench.i18n import _

EXAMPLES = """
  workbench data mix identity.json dialogue.jsonl --weights 0.3,0.7 --out mixed.jsonl

  workbench data mix zh.jsonl en.jsonl code.jsonl --temperature 2 --rows 100000 --out mixed.jsonl
"""


def mix(
    data: Annotated[
        list[str],
        typer.Argument(
            metavar="IN", help=_("Data files, folders of them, patterns of names, or names on Hugging Face.")
        ),
    ],
    out: Out,
    weights: Annotated[
        str | None, typer.Option(help=_("Share of each source in order, with commas; without it by size."))
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help=_("Shares by size to the power of 1/T: higher brings them closer together."))
    ] = None,
    rows: Annotated[int | None, typer.Option(help=_("Rows to write; without it as many as there are."), min=1)] = None,
    format_name: Format = "auto",
    lossy: Lossy = False,
    seed: Seed = 42,
    image_folder: ImageFolder = None,
    skip_bad: SkipBad = False,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Sources that must give more rows than they have are repeated whole before some rows are drawn once more."""
    from workbench.data.transform.mix import MixRequest, mix_rows
    from workbench.data.transform.rows import RowSource

    if weights is not None and temperature is not None:
        raise WorkbenchError(_("--weights and --temperature say the same thing."), fix=_("Leave out one of them."))
    if temperature is not None and not temperature > 0:
        raise WorkbenchError(
            _("The temperature must be above 0."), where="--temperature", fix=_("For example: --temperature 2")
        )
    sources = [RowSource(path, format_name, skip_bad=skip_bad, image_folder=image_folder) for path in data]
    shares = _parsed(weights, len(data)) if weights is not None else ()
    request = MixRequest(out, shares, 1.0 if temperature is None else temperature, rows, seed, lossy)
    tell(mix_rows(sources, request, force=force), as_json=as_json)


def _parsed(text: str, sources: int) -> tuple[float, ...]:
    """The weights, one for each source.

    Raises:
        WorkbenchError: they are no numbers above 0, or not as many as the sources.
    """
    try:
        weights = tuple(float(part) for part in text.split(","))
    except ValueError:
        weights = ()
    if len(weights) != sources or not all(0 < weight < float("inf") for weight in weights):
        raise WorkbenchError(
            _("{text} is not one number above 0 for each of the {count} sources.").format(text=text, count=sources),
            where="--weights",
            fix=_("For example: --weights 0.3,0.7"),
        )
    return weights
