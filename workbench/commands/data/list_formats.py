"""``workbench data list-formats``: what rows may look like."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from workbench.i18n import _

EXAMPLES = """
  workbench data list-formats

  workbench data list-formats --json
"""


def list_formats(
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON list."))] = False,
) -> None:
    """Print every format with its columns and an example row."""
    from workbench.data.formats import FORMATS

    if as_json:
        known_formats = [
            {"name": known.name, "columns": sorted(known.columns), "about": _(known.about), "example": known.example}
            for known in FORMATS
        ]
        typer.echo(json.dumps(known_formats, ensure_ascii=False, indent=1))
        return
    for known in FORMATS:
        typer.echo(f"{known.name}: {_(known.about)}\n    {json.dumps(known.example, ensure_ascii=False)}")
