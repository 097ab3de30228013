"""``workbench data arxiv``: papers of the arXiv metadata dump."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.commands.data.transform_options import AsJson, Force, Out, tell
from workbench.i18n import _

EXAMPLES = """
  workbench data arxiv arxiv-metadata-oai-snapshot.json --out arxiv.json

  workbench data arxiv arxiv-metadata-oai-snapshot.json --categories "cs.AI cs.CL" --start-date 2023-01-01 --out ai.json
"""


def arxiv(
    data: Annotated[str, typer.Argument(metavar="SRC", help=_("The dump: a JSON object a line."))],
    out: Out,
    categories: Annotated[
        list[str] | None,
        typer.Option(help=_("Categories to take, with blanks or commas; cs.AI cs.CL cs.CV if nothing is said.")),
    ] = None,
    start_date: Annotated[str, typer.Option(help=_("Take papers updated on this day or later."))] = "2020-01-01",
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Lines that cannot be read are left out, counted and named."""
    from workbench.data.transform.arxiv import CATEGORIES, chosen_papers
    from workbench.data.transform.rows import RowSource

    asked = [name for text in categories or () for name in text.replace(",", " ").split()] or CATEGORIES
    source = RowSource(data, skip_bad=True)
    tell(chosen_papers(source, out, categories=asked, start_date=start_date, force=force), as_json=as_json)
