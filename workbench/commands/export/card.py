"""``workbench export card``: a model card."""

from __future__ import annotations

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
) -> None:
    """Write it."""
    from workbench.actions.export import export_card

    path = export_card(folder, project=Path.cwd(), overwrite=force)
    typer.echo(_("Result: {path}").format(path=path))
