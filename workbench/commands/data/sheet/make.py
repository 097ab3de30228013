"""``workbench data sheet make``: an endpoint is asked about every picture of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.commands.data.sheet import options
from workbench.commands.data.sheet.options import Lang
from workbench.i18n import _

EXAMPLES = """
  workbench data sheet make photos --out llava.json --model qwen-vl-max --url http://localhost:8000/v1

  workbench data sheet make photos --out llava.json --model gpt-4o-mini --max-cost 2 --price-in 0.15 --price-out 0.6
"""


def make(
    images: Annotated[Path, typer.Argument(help=_("A folder of pictures."))],
    out: options.Out,
    model: options.Model = None,
    url: options.Url = None,
    key_env: options.KeyEnv = None,
    pairs: Annotated[int, typer.Option(help=_("Questions and answers for each picture."), min=1, max=100)] = 5,
    lang: Annotated[Lang, typer.Option(help=_("The language of questions and answers."))] = Lang.zh,
    max_side: Annotated[
        int, typer.Option(help=_("Pictures are sent with at most so many pixels on their longer side."), min=64)
    ] = 1024,
    max_rows: options.MaxRows = None,
    max_cost: options.MaxCost = None,
    price_in: options.PriceIn = None,
    price_out: options.PriceOut = None,
    max_tokens: options.MaxTokens = None,
    parallel: options.Parallel = 4,
    as_json: options.AsJson = False,
) -> None:
    """Start the job and follow it; a second start goes on where the first one ended."""
    from workbench.commands.data.sheet.start import ask
    from workbench.data.sheets.limits import Limits

    ask(
        {
            "task": "pictures",
            "source": str(images),
            "sheet": str(out),
            "pairs": pairs,
            "language": lang.value,
            "longest_side": max_side,
            "max_tokens": max_tokens,
            "parallel": parallel,
        },
        Limits(max_rows=max_rows, max_cost=max_cost, price_in=price_in, price_out=price_out),
        (url, model, key_env),
        as_json=as_json,
    )
