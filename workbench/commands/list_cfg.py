"""``workbench list-cfg``: the catalogue of configs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from workbench.commands.wording import examples
from workbench.configs.catalogue import entries, suggestion
from workbench.errors import WorkbenchError
from workbench.i18n import _

_WIDTH = 60
_EXAMPLES = """
  workbench list-cfg

  workbench list-cfg -p internlm2_1_8b

  workbench list-cfg -p "llama3 instruct" --json
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("list-cfg", help=_("List the ready-made configs."), epilog=examples(_EXAMPLES))(list_cfg)


def list_cfg(
    pattern: Annotated[
        str | None, typer.Option("--pattern", "-p", help=_("Part of a name, or words in any order."))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print a JSON list with every config's details."))] = False,
) -> None:
    """Print the names that match, one a line."""
    found = entries(pattern)
    if not found:
        raise WorkbenchError(
            _("No config matches {pattern}.").format(pattern=pattern), fix=suggestion((pattern or "").strip())
        )
    if as_json:
        typer.echo(json.dumps([asdict(entry) for entry in found], ensure_ascii=False, indent=2))
        return
    typer.echo("CONFIGS".center(_WIDTH, "="))
    if pattern:
        typer.echo(f"PATTERN: {pattern}\n{'-' * 31}")
    for entry in found:
        typer.echo(entry.name)
    typer.echo("=" * (_WIDTH + 1))  # one more than the head, as scripts that read XTuner's list expect
