"""``workbench data sheet text``: an endpoint makes new rows of rows."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.commands.data.sheet import options
from workbench.commands.data.sheet.options import Lang
from workbench.data.sheets.prompts import TextTask
from workbench.i18n import _

EXAMPLES = """
  workbench data sheet text dialogue.json --task paraphrase --out more.json --model qwen-plus

  workbench data sheet text dialogue.json --task translate --to en --out english.json --model qwen-plus

  workbench data sheet text dialogue.json --task extend --pairs 2 --out longer.json --model qwen-plus --max-rows 100
"""


def text(
    source: Annotated[str, typer.Argument(metavar="IN", help=_("A data file or folder."))],
    task: Annotated[TextTask, typer.Option(help=_("Other words, another language, or further exchanges."))],
    out: options.Out,
    model: options.Model = None,
    url: options.Url = None,
    key_env: options.KeyEnv = None,
    to: Annotated[str, typer.Option(help=_("The language to translate into: zh, en, or a name."))] = "en",
    pairs: Annotated[int, typer.Option(help=_("Exchanges to add with extend."), min=1, max=100)] = 1,
    lang: Annotated[Lang, typer.Option(help=_("The language that the service is asked in."))] = Lang.zh,
    format_name: Annotated[str, typer.Option("--format", help=_("The format; auto looks at the first rows."))] = "auto",
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
            "task": task,
            "source": source,
            "sheet": str(out),
            "pairs": pairs,
            "target": to,
            "language": lang.value,
            "format": format_name,
            "max_tokens": max_tokens,
            "parallel": parallel,
        },
        Limits(max_rows=max_rows, max_cost=max_cost, price_in=price_in, price_out=price_out),
        (url, model, key_env),
        as_json=as_json,
    )
