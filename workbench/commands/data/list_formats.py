"""``workbench data list-formats``: what rows may look like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.data.formats import DatasetFormat

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
        typer.echo(json.dumps([_as_json(known) for known in FORMATS], ensure_ascii=False, indent=1))
        return
    for known in FORMATS:
        typer.echo(_as_text(known))
    typer.echo(
        _("Other columns: say with dataset_columns which is which, or name a function: path/to/file.py:function.")
    )


def _as_json(known: DatasetFormat) -> dict[str, Any]:
    return {
        "name": known.name,
        "about": _(known.about),
        "columns": sorted(known.columns),
        "optional": sorted(known.optional),
        "recognised": known.recognised,
        "example": known.example,
    }


def _as_text(known: DatasetFormat) -> str:
    from workbench.data.wording import listed

    column_sets = [listed(sorted(columns)) for columns in (known.columns, *known.spellings)]
    lines = [_("columns: {columns}").format(columns=" / ".join(column_sets))]
    if known.optional:
        lines.append(_("also: {columns}").format(columns=listed(sorted(known.optional))))
    if not known.recognised:
        lines.append(_("not chosen by looking: name it with dataset_format"))
    lines.append(json.dumps(known.example, ensure_ascii=False))
    return "\n    ".join([f"{known.name}: {_(known.about)}", *lines])
