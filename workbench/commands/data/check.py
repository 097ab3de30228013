"""``workbench data check``: what is wrong with data before it is trained on."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from workbench.i18n import _

EXAMPLES = """
  workbench data check identity.json

  workbench data check identity.json --config workbench_sample_qlora_identity_e2 --json
"""


def check(
    path: Annotated[str, typer.Argument(help=_("A data file or folder."))],
    config: Annotated[str | None, typer.Option(help=_("Check against this config's template and length."))] = None,
    format_name: Annotated[str, typer.Option("--format", help=_("The format; auto looks at the first row."))] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help=_("Print one JSON object."))] = False,
) -> None:
    """Print the findings; exit 1 if one of them would spoil the training."""
    from workbench.configs.find import find_config
    from workbench.data.checks import check_data

    report = check_data(path, find_config(config).config if config else None, format_name)
    typer.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else report.as_text())
    raise typer.Exit(1 if report.has_errors else 0)
