"""``workbench export card``: a model card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from workbench.i18n import _

EXAMPLES = """
  workbench export card merged
"""


def card(
    folder: Annotated[str, typer.Argument(metavar="DIR", help=_("The folder of a model or an adapter."))],
    force: Annotated[bool, typer.Option("--force", help=_("Replace a README.md that you wrote."))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Write it."""
    from workbench.actions.export import export_card

    path = export_card(folder, project=Path.cwd(), overwrite=force)
    typer.echo(
        json.dumps({"card": str(path)}, ensure_ascii=False) if as_json else _("Result: {path}").format(path=path)
    )
